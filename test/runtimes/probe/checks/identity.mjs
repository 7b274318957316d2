import assert from 'node:assert/strict'
import { keyRing } from 'trefoil/auth'
import { CookieSigner } from 'trefoil/cookies'
import { bearer, json, problem } from '../asking.mjs'
import { token } from '../tokens.mjs'

export const IDENTITY_CHECKS = {
  async '401 without a credential, 200 with one, 403 without the scope'({ send }) {
    const nobody = await send('/me')
    assert.equal(nobody.headers.get('www-authenticate'), 'Bearer')
    assert.equal(nobody.status, 401)
    await nobody.text()
    const good = await token()
    // Twice: the second time the verdict is remembered.
    for (let time = 0; time < 2; time++) {
      const known = await send('/me', { headers: bearer(good) })
      assert.equal(known.status, 200)
      assert.equal(known.headers.get('cache-control'), 'no-store')
      assert.deepEqual(await known.json(), { subject: 'user_1', source: 'api' })
    }
    const admin = await send('/admin', { headers: bearer(good) })
    assert.equal(admin.status, 403)
    assert.match(admin.headers.get('www-authenticate') ?? '', /insufficient_scope/)
    await admin.text()
  },

  async 'a bad token is refused with the reason'({ send }) {
    const good = await token()
    const bad = {
      'Token expired': await token({ exp: 1_000_000_000 }),
      'Invalid JWT signature': await token({}, 'another secret, just as long as the first'),
      'Malformed JWT token': 'junk',
      'Token was not issued for this server (audience mismatch)': await token({ aud: 'other' }),
      'Unsupported JWT algorithm. Only HS256 is accepted.': good.replace(
        /^[^.]+/,
        btoa('{"alg":"none"}').replaceAll('=', ''),
      ),
    }
    for (const [reason, credential] of Object.entries(bad)) {
      const answer = await send('/me', { headers: bearer(credential) })
      assert.equal(answer.status, 401, reason)
      assert.equal(
        answer.headers.get('www-authenticate'),
        `Bearer error="invalid_token", error_description="${reason}"`,
      )
      await answer.text()
    }
  },

  async 'an action over the remote protocol'({ send }) {
    const call = json({ action: 'get_me' }, bearer(await token()))
    const answer = await send('/__trefoil__/actions/call', call)
    const { ok, body } = await answer.json()
    assert.deepEqual({ ok, body }, { ok: true, body: { subject: 'user_1', source: 'cli' } })
    assert.equal((await send('/__trefoil__/actions/call', json({ action: 'get_me' }))).status, 401)
  },

  async 'a cookie that is declared'({ send }) {
    const answer = await send('/cookies', { headers: { cookie: 'other=1; flavour=oat' } })
    assert.equal(await answer.text(), 'oat')
    await problem(await send('/cookies'), 400, 'VALIDATION_ERROR')
  },

  'CookieSigner signs, verifies, seals and opens'() {
    const signer = new CookieSigner('the secret of the probe', { salt: 'theme' })
    const signed = signer.sign('dark ä')
    assert.equal(signed, 'ZGFyayDDpA.QH8lzrSLe-EenO0NUpuwEaSwOmsBlLch4iWbIBDqBQ4')
    assert.equal(signer.verify(signed), 'dark ä')
    assert.equal(signer.verify(`${signed.slice(0, -2)}AA`), null)
    assert.equal(new CookieSigner('the secret of the probe').verify(signed), null)
    const rotated = new CookieSigner(keyRing('a newer secret', ['the secret of the probe']), {
      salt: 'theme',
    })
    assert.equal(rotated.verify(signed), 'dark ä')
    const sealed = signer.seal({ user: 'u1' }, { expiresIn: '1h', path: '/shop' })
    assert.equal(signer.open(sealed, { path: '/shop' })?.user, 'u1')
    assert.equal(signer.open(sealed, { path: '/' }), null)
  },
}
