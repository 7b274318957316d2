// `npm run provider`: a provider of OpenID Connect on this machine, to try `Sign in with company` by. It takes any name
// and any password, so it is for nothing else.
import Provider from 'oidc-provider'

const store = `http://localhost:${process.env['TREFOIL_PORT'] || process.env['PORT'] || 8000}`
const port = 9400
const issuer = `http://localhost:${port}`

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'store',
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${store}/auth/oauth/company/callback`],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  scopes: ['openid', 'email'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  cookies: { keys: [crypto.randomUUID()] },
  findAccount: (_request, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@company.example`, email_verified: true }),
  }),
})

provider.listen(port, 'localhost', () => {
  console.log(`Provider on ${issuer}. In another terminal:\n`)
  console.log(`STORE_OIDC_ISSUER=${issuer} STORE_OIDC_CLIENT_ID=store npm start`)
})
