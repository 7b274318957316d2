/** A class of OCSF 1.9.0, as far as entries become events of it. */
export interface OcsfClass {
  readonly uid: number
  readonly caption: string
  readonly category: { readonly uid: number; readonly caption: string }
  /** Numbers of activities by their caption. */
  readonly activities: Readonly<Record<string, number>>
}

const APPLICATION = { uid: 6, caption: 'Application Activity' }
const IAM = { uid: 3, caption: 'Identity & Access Management' }
const ENDS = { Unknown: 0, Other: 99 }

/** Those that entries become events of. */
export type OcsfClassName =
  | 'base_event'
  | 'api_activity'
  | 'authentication'
  | 'user_management'
  | 'role_management'
  | 'authorize_session'

export const OCSF_CLASSES: Readonly<Record<OcsfClassName, OcsfClass>> = {
  base_event: {
    uid: 0,
    caption: 'Base Event',
    category: { uid: 0, caption: 'Uncategorized' },
    activities: ENDS,
  },
  api_activity: {
    uid: 6003,
    caption: 'API Activity',
    category: APPLICATION,
    activities: { ...ENDS, Create: 1, Read: 2, Update: 3, Delete: 4 },
  },
  authentication: {
    uid: 3002,
    caption: 'Authentication',
    category: IAM,
    activities: {
      ...ENDS,
      Logon: 1,
      Logoff: 2,
      'Authentication Ticket': 3,
      'Account Switch': 7,
    },
  },
  user_management: {
    uid: 3007,
    caption: 'User Management',
    category: IAM,
    activities: {
      ...ENDS,
      Create: 1,
      Update: 2,
      Delete: 3,
      Enable: 4,
      Disable: 5,
      Lock: 6,
      Unlock: 7,
      'Password Change': 8,
      'Password Reset': 9,
      'Enable MFA Factors': 12,
      'Disable MFA Factors': 13,
      'Assign Roles': 16,
      'Remove Roles': 17,
      'Add Programmatic Credentials': 18,
      'Remove Programmatic Credentials': 19,
    },
  },
  role_management: {
    uid: 3008,
    caption: 'Role Management',
    category: IAM,
    activities: {
      ...ENDS,
      Create: 1,
      Update: 2,
      Delete: 3,
      'Assign Privileges': 4,
      'Remove Privileges': 5,
    },
  },
  authorize_session: {
    uid: 3003,
    caption: 'Authorize Session',
    category: IAM,
    activities: { ...ENDS, 'Assign Privileges': 1, 'Assign Groups': 2, 'Assign Roles': 3 },
  },
}

/**
 * The members that say what an event is. `type_uid` is made of the other two, and the texts are the captions
 * of the schema to the letter: another one is invalid.
 */
export function classMembers(
  { uid, caption, category, activities }: OcsfClass,
  activity: string,
  otherwise: string,
): Readonly<Record<string, string | number>> {
  const id = activities[activity] ?? 99
  return {
    category_uid: category.uid,
    category_name: category.caption,
    class_uid: uid,
    class_name: caption,
    activity_id: id,
    activity_name: id === 99 ? otherwise : activity,
    type_uid: uid * 100 + id,
    type_name: `${caption}: ${id === 99 ? 'Other' : activity}`,
  }
}
