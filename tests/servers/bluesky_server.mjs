// A real personal data server with two accounts, from @atproto/dev-env; ends when its standard input ends.
// Run it in a folder in which `npm install @atproto/dev-env` was done: node bluesky_server.mjs
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { TestNetworkNoAppView } = createRequire(join(process.cwd(), 'package.json'))('@atproto/dev-env')
const network = await TestNetworkNoAppView.create({})
const accounts = network.getSeedClient()
await accounts.createAccount('bakery', { handle: 'cornerbakery.test', email: 'b@bakery.example', password: 'main-password' })
await accounts.createAccount('ruta', { handle: 'ruta-k.test', email: 'ruta@mail.example', password: 'rutas-password' })
console.log(JSON.stringify({ service: network.pds.url }))
process.stdin.resume()
process.stdin.on('end', async () => {
  await network.close()
  process.exit(0)
})
