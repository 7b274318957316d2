import type { MailTexts } from './mail-text.ts'

/** English. */
export const EN: MailTexts = {
  verify_email: {
    subject: 'Confirm your address for {app}',
    before: 'Somebody registered at {app} with this address. If it was you, confirm it here:',
    link: 'Confirm my address',
    after:
      'The link is good for {time} and works once. If it was not you, do not open it: without it there will be no account, and with it whoever registered could sign in.',
  },
  already_registered: {
    subject: 'You already have an account at {app}',
    before:
      'Somebody tried to register at {app} with this address. It has an account already, so nothing was changed.',
    link: '',
    after:
      'If it was you, sign in, or ask for a new password if you forgot yours. If it was not you, there is nothing to do.',
  },
  reset_password: {
    subject: 'Choose a new password for {app}',
    before: 'Somebody asked for a new password for your account at {app}. Choose one here:',
    link: 'Choose a new password',
    after:
      'The link is good for {time} and works once. If it was not you, do nothing: your password stays as it is.',
  },
  magic_link: {
    subject: 'Sign in to {app}',
    before: 'Here is the link you sign in to {app} with:',
    link: 'Sign in',
    after:
      'The link is good for {time} and works once. If you did not ask for it, do nothing, and do not pass it on: whoever opens it is signed in as you.',
  },
  email_code: {
    subject: 'Your code for {app}',
    before: 'Here is the code you sign in to {app} with:',
    link: '',
    after:
      'The code is good for {time} and works once. Nobody from {app} will ever ask you for it. If you did not ask for it, do nothing.',
  },
  factor_code: {
    subject: 'Your second step for {app}',
    before: 'Somebody signed in to your account at {app} and needs this code to go on:',
    link: '',
    after:
      'The code is good for {time} and works once. Nobody from {app} will ever ask you for it. If it was not you, somebody got as far as this: choose a new password at once, one that you use nowhere else.',
  },
  change_email: {
    subject: 'Confirm your new address for {app}',
    before:
      'This is to be the new address of an account at {app}. If it is yours, confirm it here:',
    link: 'Confirm my new address',
    after:
      'The link is good for {time} and works once. If you do not know about this, do nothing: the account keeps its old address.',
  },
  email_changed: {
    subject: 'The address of your account at {app} was changed',
    before:
      'On {when} your account at {app} got another address. Mails no longer come to this one.',
    link: '',
    after:
      'If it was not you, tell whoever runs {app} at once: somebody else may have your account.',
  },
  password_changed: {
    subject: 'Your password at {app} was changed',
    before:
      'On {when} the password of your account at {app} was changed, and all other devices were signed out.',
    link: '',
    after:
      'If it was not you, ask for a new password at once, and choose one that you use nowhere else.',
  },
  sessions_stolen: {
    subject: 'Somebody may have used your account at {app}',
    before:
      'On {when} a key of a signed-in device was used a second time, as happens when it was copied. That device was signed out of {app}.',
    link: '',
    after:
      'Sign in again. If you see devices in your account that you do not know, end their sessions and change your password.',
  },
  passkey_copied: {
    subject: 'Somebody may have a copy of your passkey at {app}',
    before:
      'On {when} a passkey of your account at {app} was used in a way that happens when a second device has a copy of it. It was not let in.',
    link: '',
    after:
      'Sign in another way, remove the passkey and make a new one. If you see devices in your account that you do not know, end their sessions.',
  },
  account_deleted: {
    subject: 'Your account at {app} was deleted',
    before: 'On {when} your account at {app} was deleted, and all devices were signed out.',
    link: '',
    after: 'If it was not you, tell whoever runs {app}.',
  },
  factor_added: {
    subject: 'Your account at {app} has a second step now',
    before:
      'On {when} a second step was added to the login of your account at {app}, and all other devices were signed out.',
    link: '',
    after:
      'Keep the recovery codes where you find them without this device. If it was not you, tell whoever runs {app} at once: somebody else may have your account.',
  },
  factor_removed: {
    subject: 'Your account at {app} has lost a second step',
    before:
      'On {when} a second step was removed from the login of your account at {app}, and all other devices were signed out.',
    link: '',
    after:
      'If it was not you, choose a new password at once, one that you use nowhere else, and tell whoever runs {app}.',
  },
  factors_reset: {
    subject: 'The second steps of your account at {app} were removed',
    before:
      'On {when} whoever runs {app} removed all second steps from the login of your account, and all devices were signed out.',
    link: '',
    after:
      'If you did not ask for it, tell whoever runs {app}, and choose a new password, one that you use nowhere else.',
  },
  recovery_codes_made: {
    subject: 'Your account at {app} has new recovery codes',
    before:
      'On {when} new recovery codes were made for your account at {app}. Those of before open nothing any more.',
    link: '',
    after:
      'If it was not you, choose a new password at once, one that you use nowhere else, and tell whoever runs {app}.',
  },
  recovery_code_used: {
    subject: 'A recovery code of your account at {app} was used',
    before: 'On {when} one of the recovery codes of your account at {app} was used.',
    link: '',
    after:
      'Each works once: make new ones before they are used up. If it was not you, choose a new password at once, one that you use nowhere else, and tell whoever runs {app}.',
  },
  provider_linked: {
    subject: 'Your account at {app} has another way to sign in',
    before:
      'On {when} a login with another service was added to your account at {app}: whoever has your account there can sign in.',
    link: '',
    after:
      'If it was not you, sign in, remove it, and change your password: somebody else may have your account.',
  },
  provider_unlinked: {
    subject: 'A way to sign in was removed from your account at {app}',
    before:
      'On {when} a login with another service was removed from your account at {app}, and all other devices were signed out.',
    link: '',
    after: 'If it was not you, sign in and change your password.',
  },
}
