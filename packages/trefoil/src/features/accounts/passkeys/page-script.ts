/**
 * What pages ask for passkeys with, behind the library for browsers. A constant: no data may be put into it. It knows
 * where it was loaded from, and asks the routes beside it.
 *
 * By hand: `TrefoilPasskeys.login()`, `.register({ name, current_password })`, `.secondFactor(pre_token)`, `.stepUp()`.
 * Without a line of script: `<button type="button" data-passkey="login" data-next="/" hidden>` is shown where there
 * are passkeys; fields of the form around it are sent along, what went wrong stands in the element that
 * `data-status` names, and recovery codes in the `pre` of the one that `data-codes` names, or beside the button.
 */
export const PAGE_SCRIPT = `
'use strict'
;(() => {
  const library = SimpleWebAuthnBrowser
  const base = document.currentScript.src.replace(/\\/[^/]*$/, '')
  const isAddress = /^(?:\\d+\\.){3}\\d+$|^\\[/.test(location.hostname)

  class PasskeyError extends Error {
    constructor(code, message) {
      super(message)
      this.name = 'PasskeyError'
      this.code = code
    }
  }

  async function post(path, body) {
    const answer = await fetch(base + path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    let json = null
    try {
      json = text === '' ? null : JSON.parse(text)
    } catch {}
    if (answer.ok) return json
    const { code = 'failed', title, detail, fix } = json ?? {}
    throw Object.assign(new PasskeyError(code, [detail ?? title, fix].filter(Boolean).join('. ')), {
      status: answer.status,
      answer: json,
    })
  }

  async function ceremony(run) {
    if (isAddress) {
      const there = 'http://localhost' + (location.port === '' ? '' : ':' + location.port)
      throw new PasskeyError('passkey_wrong_origin', 'Passkeys need a name: open ' + there)
    }
    if (!library.browserSupportsWebAuthn()) {
      throw new PasskeyError('passkey_unsupported', 'This browser has no passkeys')
    }
    try {
      return await run()
    } catch (error) {
      const isTwice = error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED'
      if (isTwice) throw new PasskeyError('passkey_exists', 'This device has a passkey already')
      if (error.name === 'NotAllowedError' || error.name === 'AbortError') {
        throw new PasskeyError('passkey_cancelled', 'No passkey was used')
      }
      throw error
    }
  }

  async function sign(start, finish, asked, more, autofill = false) {
    const { step, options } = await post(start, asked)
    const response = await ceremony(() =>
      library.startAuthentication({ optionsJSON: options, useBrowserAutofill: autofill }),
    )
    return post(finish, { ...more, step, response })
  }

  const api = Object.freeze({
    isSupported: () => !isAddress && library.browserSupportsWebAuthn(),
    async register({ name, current_password, code } = {}) {
      const { step, options } = await post('/register/start', { current_password, code })
      const response = await ceremony(() => library.startRegistration({ optionsJSON: options }))
      return post('/register', { name, step, response })
    },
    login: ({ mode = 'cookie', autofill = false } = {}) =>
      sign('/login/start', '/login', {}, { mode }, autofill),
    secondFactor: (pre_token, more = {}) =>
      sign('/second-factor/start', '/second-factor', { pre_token }, { ...more, pre_token }),
    stepUp: () => sign('/step-up/start', '/step-up', {}, {}),
  })
  Object.defineProperty(globalThis, 'TrefoilPasskeys', { value: api, enumerable: true })

  const actions = {
    register: (fields) => api.register(fields),
    login: () => api.login(),
    'second-factor': ({ pre_token, ...more }) => api.secondFactor(pre_token, more),
    'step-up': () => api.stepUp(),
  }

  function nextOf(button) {
    const url = new URL(button.dataset.next ?? location.pathname, location.href)
    // To a page of ours, whatever was written there.
    return url.origin === location.origin ? url.href : location.origin
  }

  async function press(button) {
    const status = document.getElementById(button.dataset.status ?? '')
    const fields = {}
    if (button.form !== null) {
      for (const [name, value] of new FormData(button.form)) {
        if (typeof value === 'string' && value !== '') fields[name] = value
      }
    }
    button.disabled = true
    if (status !== null) status.textContent = ''
    try {
      const answer = await actions[button.dataset.passkey](fields)
      if (showCodes(button, answer)) return
      location.assign(nextOf(button))
    } catch (error) {
      button.disabled = false
      const words = button.dataset[error.code === 'passkey_cancelled' ? 'cancelled' : 'failed']
      if (status !== null) status.textContent = words ?? error.message
    }
  }

  /** Recovery codes come with the first passkey, and in no other answer: nobody is sent on before they were read. */
  function showCodes(button, answer) {
    if (!Array.isArray(answer?.codes)) return false
    const given = document.getElementById(button.dataset.codes ?? '')
    const box = given?.querySelector('pre') ? given : addBox(button)
    box.querySelector('pre').textContent = answer.codes.join('\\n')
    box.hidden = false
    box.focus()
    return true
  }

  /** Of a page that has no place for them. */
  function addBox(button) {
    const box = document.createElement('section')
    box.tabIndex = -1
    const lead = document.createElement('p')
    lead.textContent = 'Your recovery codes, shown this once. Each signs you in once without the passkey: keep them safe.'
    const link = document.createElement('a')
    link.href = nextOf(button)
    link.textContent = 'I have kept them'
    box.append(lead, document.createElement('pre'), link)
    button.after(box)
    return box
  }

  function arm() {
    for (const button of document.querySelectorAll('button[data-passkey]')) {
      if (!Object.hasOwn(actions, button.dataset.passkey)) continue
      button.hidden = !api.isSupported()
      const { form } = button
      if (form?.method !== 'dialog') {
        button.addEventListener('click', () => press(button))
        continue
      }
      // Sent nowhere: it is there for the key Enter, which a form without a button to send it does not take.
      button.type = 'submit'
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        press(button)
      })
    }
  }

  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', arm)
  else arm()
})()
`
