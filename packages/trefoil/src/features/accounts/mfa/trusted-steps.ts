import { path as pathParam, reply } from '../../../index.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { NEVER_KEPT } from '../flows/accepted.ts'
import { signedIn } from '../flows/signed-in.ts'

const LONGEST_ID = 64

const LIST_STEP: FlowStep = {
  flow: 'mfa',
  name: 'list_trusted_devices',
  method: 'GET',
  path: '/mfa/devices',
  proof: 'session',
  owner: 'caller',
  after: ['verify_mfa'],
  register(routes, path, house) {
    if (house.values.mfa.trustedDevices === false) return
    routes.get(
      path,
      {
        name: 'list_trusted_devices',
        description: 'List the devices that are not asked for a second factor.',
      },
      async (_, call) => {
        const { account } = await signedIn(house, call)
        const devices = (await house.trusted.list(account)).map((one) => ({
          id: one.id,
          device: one.device,
          created_at: new Date(one.createdAt).toISOString(),
          expires_at: new Date(one.expiresAt).toISOString(),
        }))
        return reply({ devices }, { headers: NEVER_KEPT })
      },
    )
  },
}

/** Before the step of one device, whose path fits too. Nothing is opened by it, so that a session is enough. */
const FORGET_ALL_STEP: FlowStep = {
  flow: 'mfa',
  name: 'forget_trusted_devices',
  method: 'DELETE',
  path: '/mfa/devices',
  proof: 'session',
  owner: 'caller',
  after: ['verify_mfa'],
  register(routes, path, house) {
    if (house.values.mfa.trustedDevices === false) return
    routes.delete(
      path,
      {
        name: 'forget_trusted_devices',
        description: 'Have all your devices asked for a second factor again.',
      },
      async (_, call) => {
        const { account } = await signedIn(house, call)
        await house.trusted.forgetAll(await call.resolve(house.data.db), account.id)
        return null
      },
    )
  },
}

const FORGET_STEP: FlowStep = {
  flow: 'mfa',
  name: 'forget_trusted_device',
  method: 'DELETE',
  path: '/mfa/devices/{device_id}',
  proof: 'session',
  owner: 'caller',
  after: ['verify_mfa'],
  register(routes, path, house) {
    if (house.values.mfa.trustedDevices === false) return
    routes.delete(
      path,
      {
        name: 'forget_trusted_device',
        description: 'Have one of your devices asked for a second factor again.',
        params: { device_id: pathParam(textField(LONGEST_ID)) },
        problems: ['trusted_device_not_found'],
      },
      async ({ device_id }, call) => {
        const { account } = await signedIn(house, call)
        const unit = await call.resolve(house.data.db)
        if (!(await house.trusted.forget(unit, account.id, device_id))) {
          throw accountsProblems.problem('trusted_device_not_found')
        }
        return null
      },
    )
  },
}

/** Devices whose owner said that they need not be asked. */
export const TRUSTED_STEPS: readonly FlowStep[] = [LIST_STEP, FORGET_ALL_STEP, FORGET_STEP]
