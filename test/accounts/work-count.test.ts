import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { expect, onTestFinished, test } from 'vitest'
import { differences, tupleOf, type Work, workByState, workOf } from '../support/work-count.ts'

interface Argon2 {
  hash(password: string, figures: object): Promise<string>
  verify(stored: string, password: string): Promise<boolean>
}

/** By `import`, as the framework does. */
async function argon2(): Promise<Argon2> {
  const name: string = '@node-rs/argon2'
  // The library's own types say the same.
  return (await import(name)) as Argon2
}

async function counted() {
  const data = database({ url: ':memory:', migrate: 'start' })
  const jobs = jobQueue({ data })
  const job = jobs.define('mail', {}, () => {})
  const app = createApp({ name: 'shop', env: {}, parts: [data, jobs] })
  await app.startup()
  onTestFinished(() => app.shutdown())
  const look = () => data.state.run('select 1 where ?', [1])
  const write = (sends: boolean) =>
    data.unit(async (unit) => {
      await data.statements(unit).run('select 2 where ?', [1])
      if (sends) await jobs.send(unit, job, {})
    })
  return { look, write }
}

test('ENUM-1: counts statements, transactions and jobs of a call, and nothing besides', async () => {
  const { look, write } = await counted()
  await write(true)
  const none = await workOf(async () => {})
  expect(tupleOf(none)).toEqual(['none', 0, 0, 0, 0])
  const work = await workOf(async () => {
    await look()
    await write(true)
  })
  expect(tupleOf(work)).toEqual(['none', 3, 1, 0, 1])
  expect(work.statements[0]).toBe('select 1 where ?')
  expect(tupleOf(await workOf(() => write(false)))).toEqual(['none', 1, 1, 0, 0])
})

test('ENUM-1: counts hashes with what they cost', async () => {
  const { hash, verify } = await argon2()
  const figures = { memoryCost: 8, timeCost: 1, parallelism: 1 }
  const stored = await hash('one', figures)
  const { hashes } = await workOf(async () => {
    await hash('another', figures)
    await verify(stored, 'one')
  })
  expect(hashes).toEqual(['argon2id m=8 t=1 p=1', 'argon2id m=8 t=1 p=1'])
})

test('ENUM-3: counts connections and requests', async () => {
  const server = createServer((_, response) => void response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const fetched = await workOf(async () => (await fetch(`http://127.0.0.1:${port}`)).text())
  expect(fetched.outbound.length).toBeGreaterThan(0)
  const connected = await workOf(async () => {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.destroy()
  })
  expect(connected.outbound).toEqual(['connection'])
})

test('ENUM-1: says which state is told apart, and by what', async () => {
  const { look, write } = await counted()
  const works = await workByState(['wrong', 'unknown', 'disabled'], async (state) => {
    await look()
    if (state !== 'unknown') await write(state === 'disabled')
  })
  const found = differences(works)
  expect(found).toHaveLength(2)
  expect(found[0]).toContain('wrong: ["none",2,1,0,0], unknown: ["none",1,0,0,0]')
  expect(found[0]).toContain('statement 2: select 2 where ?')
  expect(found[1]).toContain('disabled: ["none",3,1,0,1]')
  const [wrong] = [...works.values()] as [Work]
  expect(
    differences(
      new Map([
        ['one', wrong],
        ['other', wrong],
      ]),
    ),
  ).toEqual([])
})

test('counts one call at a time', async () => {
  const both = workOf(async () => void (await workOf(async () => {})))
  await expect(both).rejects.toThrow('one call at a time')
})
