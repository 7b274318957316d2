import type { Texts } from './texts.ts'

/** The words of the kit, in German. */
export const DE: Texts = {
  'page.skip': 'Zum Inhalt springen',
  'page.error_in': 'Fehler: {title}',
  'form.wrong': 'Bitte korrigieren:',
  'form.optional': '(freiwillig)',
  'form.required': 'Das wird gebraucht.',
  'form.invalid': 'Das stimmt so nicht.',
  'form.too_long': 'Höchstens {most} Zeichen.',
  'form.email': 'Das ist keine E-Mail-Adresse. Beispiel: ada@example.com',
  'form.expired':
    'Die Seite war zu lange offen, oder die Anmeldung hat sich geändert. Bitte noch einmal absenden.',
  'form.no_cookie':
    'Der Browser hat das Cookie dieser Seite nicht mitgeschickt. Bitte Cookies für diese Seite erlauben und noch einmal absenden.',
  'form.sent':
    'Dieses Formular wurde schon abgeschickt. Bitte nur dann noch einmal absenden, wenn es so gemeint ist.',
  'form.confirm': 'Wirklich?',
  'copy.button': 'Kopieren',
  'copy.done': 'Kopiert',
  'problem.other': 'Das hat nicht geklappt. Bitte noch einmal versuchen.',
  'problem.title_400': 'Das hat nicht geklappt',
  'problem.title_401': 'Bitte anmelden',
  'problem.title_403': 'Nicht erlaubt',
  'problem.title_404': 'Nicht gefunden',
  'problem.title_409': 'Das hat nicht geklappt',
  'problem.title_413': 'Zu groß',
  'problem.title_422': 'Etwas fehlt oder stimmt nicht',
  'problem.title_429': 'Zu viele Versuche',
  'problem.title_500': 'Etwas ist schiefgegangen',
  'problem.title_503': 'Gerade überlastet',
  'problem.text_400': 'Die Anfrage wurde nicht verstanden.',
  'problem.text_401': 'Dafür ist eine Anmeldung nötig.',
  'problem.text_403': 'Das ist nicht erlaubt.',
  'problem.text_404': 'Hier ist nichts.',
  'problem.text_409': 'Jemand war schneller, oder es ist schon geschehen.',
  'problem.text_413': 'Das war mehr, als angenommen wird.',
  'problem.text_422': 'Bitte zurückgehen und die Eingaben prüfen.',
  'problem.text_429': 'Bitte etwas warten und dann noch einmal versuchen.',
  'problem.text_500': 'Es liegt nicht an Ihnen. Bitte später noch einmal versuchen.',
  'problem.text_503': 'Bitte gleich noch einmal versuchen.',
  'problem.csrf_refused':
    'Das kam von einer anderen Seite, oder der Browser sagt nicht, woher es kam. Bitte die Seite hier öffnen und noch einmal versuchen.',
  'problem.wait': 'Der nächste Versuch ist in {time} möglich.',
  'problem.request': 'Nummer für den Support: {id}',
  'problem.home': 'Zur Startseite',
}
