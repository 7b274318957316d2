import type { MailTexts } from './mail-text.ts'

/** German. */
export const DE: MailTexts = {
  verify_email: {
    subject: 'Adresse bestätigen für {app}',
    before:
      'Jemand hat sich mit dieser Adresse bei {app} registriert. Wenn Sie das waren, bestätigen Sie sie hier:',
    link: 'Adresse bestätigen',
    after:
      'Der Link gilt {time} und nur einmal. Wenn Sie das nicht waren, öffnen Sie ihn nicht: Ohne ihn entsteht kein Konto, und mit ihm könnte sich anmelden, wer sich registriert hat.',
  },
  already_registered: {
    subject: 'Sie haben schon ein Konto bei {app}',
    before:
      'Jemand wollte sich mit dieser Adresse bei {app} registrieren. Zu ihr gibt es schon ein Konto, deshalb wurde nichts geändert.',
    link: '',
    after:
      'Wenn Sie das waren, melden Sie sich an oder fordern Sie ein neues Passwort an. Wenn nicht, müssen Sie nichts tun.',
  },
  reset_password: {
    subject: 'Neues Passwort für {app}',
    before:
      'Jemand hat für Ihr Konto bei {app} ein neues Passwort angefordert. Hier legen Sie es fest:',
    link: 'Neues Passwort festlegen',
    after:
      'Der Link gilt {time} und nur einmal. Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.',
  },
  magic_link: {
    subject: 'Anmeldung bei {app}',
    before: 'Mit diesem Link melden Sie sich bei {app} an:',
    link: 'Anmelden',
    after:
      'Der Link gilt {time} und nur einmal. Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun. Geben Sie ihn nicht weiter: Wer ihn öffnet, ist als Sie angemeldet.',
  },
  email_code: {
    subject: 'Ihr Code für {app}',
    before: 'Mit diesem Code melden Sie sich bei {app} an:',
    link: '',
    after:
      'Der Code gilt {time} und nur einmal. Niemand von {app} wird Sie je danach fragen. Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun.',
  },
  factor_code: {
    subject: 'Ihr zweiter Schritt bei {app}',
    before:
      'Jemand hat sich bei {app} in Ihrem Konto angemeldet und braucht diesen Code, um weiterzukommen:',
    link: '',
    after:
      'Der Code gilt {time} und nur einmal. Niemand von {app} wird Sie je danach fragen. Wenn Sie das nicht waren, ist jemand bis hierher gekommen: Legen Sie sofort ein neues Passwort fest, und zwar eines, das Sie sonst nirgends verwenden.',
  },
  change_email: {
    subject: 'Neue Adresse bestätigen für {app}',
    before:
      'Diese Adresse soll die neue Adresse eines Kontos bei {app} werden. Wenn es Ihres ist, bestätigen Sie sie hier:',
    link: 'Neue Adresse bestätigen',
    after:
      'Der Link gilt {time} und nur einmal. Wenn Sie davon nichts wissen, müssen Sie nichts tun: Das Konto behält seine alte Adresse.',
  },
  email_changed: {
    subject: 'Die Adresse Ihres Kontos bei {app} wurde geändert',
    before:
      'Am {when} hat Ihr Konto bei {app} eine andere Adresse bekommen. Mails gehen nicht mehr an diese hier.',
    link: '',
    after:
      'Wenn Sie das nicht waren, wenden Sie sich sofort an den Betreiber von {app}: Jemand anderes hat vielleicht Ihr Konto.',
  },
  password_changed: {
    subject: 'Ihr Passwort bei {app} wurde geändert',
    before:
      'Am {when} wurde das Passwort Ihres Kontos bei {app} geändert. Alle anderen Geräte wurden abgemeldet.',
    link: '',
    after:
      'Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an, und zwar eines, das Sie sonst nirgends verwenden.',
  },
  sessions_stolen: {
    subject: 'Jemand hat vielleicht Ihr Konto bei {app} benutzt',
    before:
      'Am {when} wurde der Schlüssel eines angemeldeten Geräts ein zweites Mal verwendet. Das kommt vor, wenn er kopiert wurde. Das Gerät wurde bei {app} abgemeldet.',
    link: '',
    after:
      'Melden Sie sich neu an. Wenn Sie in Ihrem Konto Geräte sehen, die Sie nicht kennen, beenden Sie deren Sitzungen und ändern Sie Ihr Passwort.',
  },
  passkey_copied: {
    subject: 'Jemand hat vielleicht eine Kopie Ihres Passkeys bei {app}',
    before:
      'Am {when} wurde ein Passkey Ihres Kontos bei {app} so benutzt, wie es vorkommt, wenn ein zweites Gerät eine Kopie davon hat. Er wurde nicht angenommen.',
    link: '',
    after:
      'Melden Sie sich auf einem anderen Weg an, entfernen Sie den Passkey und legen Sie einen neuen an. Wenn Sie in Ihrem Konto Geräte sehen, die Sie nicht kennen, beenden Sie deren Sitzungen.',
  },
  account_deleted: {
    subject: 'Ihr Konto bei {app} wurde gelöscht',
    before: 'Am {when} wurde Ihr Konto bei {app} gelöscht. Alle Geräte wurden abgemeldet.',
    link: '',
    after: 'Wenn Sie das nicht waren, wenden Sie sich an den Betreiber von {app}.',
  },
  factor_added: {
    subject: 'Ihr Konto bei {app} hat jetzt einen zweiten Schritt',
    before:
      'Am {when} hat die Anmeldung zu Ihrem Konto bei {app} einen zweiten Schritt bekommen. Alle anderen Geräte wurden abgemeldet.',
    link: '',
    after:
      'Bewahren Sie die Wiederherstellungscodes so auf, dass Sie sie auch ohne dieses Gerät finden. Wenn Sie das nicht waren, wenden Sie sich sofort an den Betreiber von {app}: Jemand anderes hat vielleicht Ihr Konto.',
  },
  factor_removed: {
    subject: 'Ihr Konto bei {app} hat einen zweiten Schritt weniger',
    before:
      'Am {when} wurde ein zweiter Schritt aus der Anmeldung zu Ihrem Konto bei {app} entfernt. Alle anderen Geräte wurden abgemeldet.',
    link: '',
    after:
      'Wenn Sie das nicht waren, legen Sie sofort ein neues Passwort fest, und zwar eines, das Sie sonst nirgends verwenden, und wenden Sie sich an den Betreiber von {app}.',
  },
  factors_reset: {
    subject: 'Die zweiten Schritte Ihres Kontos bei {app} wurden entfernt',
    before:
      'Am {when} hat der Betreiber von {app} alle zweiten Schritte aus der Anmeldung zu Ihrem Konto entfernt. Alle Geräte wurden abgemeldet.',
    link: '',
    after:
      'Wenn Sie nicht darum gebeten haben, wenden Sie sich an den Betreiber von {app} und legen Sie ein neues Passwort fest, das Sie sonst nirgends verwenden.',
  },
  recovery_codes_made: {
    subject: 'Ihr Konto bei {app} hat neue Wiederherstellungscodes',
    before:
      'Am {when} wurden für Ihr Konto bei {app} neue Wiederherstellungscodes erzeugt. Die bisherigen gelten nicht mehr.',
    link: '',
    after:
      'Wenn Sie das nicht waren, legen Sie sofort ein neues Passwort fest, und zwar eines, das Sie sonst nirgends verwenden, und wenden Sie sich an den Betreiber von {app}.',
  },
  recovery_code_used: {
    subject: 'Ein Wiederherstellungscode Ihres Kontos bei {app} wurde verwendet',
    before: 'Am {when} wurde einer der Wiederherstellungscodes Ihres Kontos bei {app} verwendet.',
    link: '',
    after:
      'Jeder gilt nur einmal: Erzeugen Sie neue, bevor sie aufgebraucht sind. Wenn Sie das nicht waren, legen Sie sofort ein neues Passwort fest, und zwar eines, das Sie sonst nirgends verwenden, und wenden Sie sich an den Betreiber von {app}.',
  },
  provider_linked: {
    subject: 'Ihr Konto bei {app} hat einen weiteren Anmeldeweg',
    before:
      'Am {when} wurde Ihrem Konto bei {app} die Anmeldung über einen anderen Dienst hinzugefügt. Wer Ihr Konto dort hat, kann sich hier anmelden.',
    link: '',
    after:
      'Wenn Sie das nicht waren, melden Sie sich an, entfernen Sie diesen Weg und ändern Sie Ihr Passwort: Jemand anders hat vielleicht Ihr Konto.',
  },
  provider_unlinked: {
    subject: 'Ein Anmeldeweg wurde aus Ihrem Konto bei {app} entfernt',
    before:
      'Am {when} wurde die Anmeldung über einen anderen Dienst aus Ihrem Konto bei {app} entfernt. Alle anderen Geräte wurden abgemeldet.',
    link: '',
    after: 'Wenn Sie das nicht waren, melden Sie sich an und ändern Sie Ihr Passwort.',
  },
}
