/** Which class of OCSF an event of the app's own is, and what it did there. */
export interface AppEventRow {
  readonly class: 'authentication' | 'user_management' | 'role_management' | 'authorize_session'
  /** The caption, as OCSF writes it; `Other` where it has none. */
  readonly activity: string
}

const authentication = (activity: string): AppEventRow => ({ class: 'authentication', activity })
const user = (activity: string): AppEventRow => ({ class: 'user_management', activity })
const role = (activity: string): AppEventRow => ({ class: 'role_management', activity })
const session = (activity: string): AppEventRow => ({ class: 'authorize_session', activity })

/** Names that `audit.append()` is best given, so that exports say what happened. Others are base events. */
export const APP_EVENTS: Readonly<Record<string, AppEventRow>> = Object.assign(
  Object.create(null),
  {
    'login.succeeded': authentication('Logon'),
    'login.failed': authentication('Logon'),
    logout: authentication('Logoff'),
    'session.ended': authentication('Logoff'),
    'session.revoked': authentication('Logoff'),
    'token.issued': authentication('Authentication Ticket'),
    'token.refused': authentication('Authentication Ticket'),
    'impersonation.started': authentication('Account Switch'),
    'impersonation.stopped': authentication('Account Switch'),
    'user.created': user('Create'),
    'user.invited': user('Other'),
    'user.updated': user('Update'),
    'user.deleted': user('Delete'),
    'user.removed': user('Delete'),
    'user.enabled': user('Enable'),
    'user.disabled': user('Disable'),
    'user.locked': user('Lock'),
    'user.unlocked': user('Unlock'),
    'password.changed': user('Password Change'),
    'password.reset': user('Password Reset'),
    'mfa.enabled': user('Enable MFA Factors'),
    'mfa.disabled': user('Disable MFA Factors'),
    'role.assigned': user('Assign Roles'),
    'role.revoked': user('Remove Roles'),
    'key.created': user('Add Programmatic Credentials'),
    'key.rotated': user('Other'),
    'key.revoked': user('Remove Programmatic Credentials'),
    'role.created': role('Create'),
    'role.updated': role('Update'),
    'role.deleted': role('Delete'),
    'role.privileges_assigned': role('Assign Privileges'),
    'role.privileges_removed': role('Remove Privileges'),
    'session.privileges_assigned': session('Assign Privileges'),
    'session.groups_assigned': session('Assign Groups'),
    'session.roles_assigned': session('Assign Roles'),
  } satisfies Record<string, AppEventRow>,
)
