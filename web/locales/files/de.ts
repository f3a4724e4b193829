import type { FileWords } from './en.ts'

/** All texts of files and voice notes in German. */
export const words: FileWords = {
  checking: 'Wird geprüft …',
  discard: 'Aufnahme verwerfen',
  issues: {
    denied:
      'Der Browser lässt diese Seite das Mikrofon nicht benutzen. Erlauben Sie es in seinen Einstellungen für die Seite, und versuchen Sie es erneut.',
    missing: 'Es wurde kein Mikrofon gefunden. Schließen Sie eines an, und versuchen Sie es erneut.',
    busy: 'Das Mikrofon ist nicht frei: Vielleicht benutzt es ein anderes Programm. Schließen Sie es dort, und versuchen Sie es erneut.',
    unsupported: 'Dieser Browser oder diese Seite kann nicht aufnehmen. Senden Sie stattdessen eine Datei.',
    limit:
      'Eine Sprachnachricht dauert höchstens 5 Minuten. Senden Sie diese, und nehmen Sie eine weitere auf.',
    unplugged: 'Das Mikrofon hat aufgehört. Was aufgenommen wurde, kann gesendet werden.',
  },
  kept: 'Die Aufnahme bleibt bei Ihrer Nachricht.',
  lost: 'Der Browser hat sie nicht behalten. Entfernen Sie sie, und wählen Sie die Datei noch einmal.',
  maxFiles: (n) => `Eine Nachricht fasst ${n} Dateien.`,
  notLoaded: 'Sie konnte nicht geladen werden.',
  of: (position, duration) => `${position} von ${duration}`,
  pause: 'Anhalten',
  pauseRecording: 'Aufnahme anhalten',
  paused: 'Aufnahme angehalten',
  permission: 'Erlauben Sie dem Browser, das Mikrofon zu benutzen.',
  play: 'Abspielen',
  position: 'Stelle',
  recording: 'Aufnahme läuft',
  refusals: {
    TOO_LARGE: 'Sie ist zu groß.',
    TYPE: 'Dateien dieser Art werden nicht angenommen.',
    INFECTED: 'In ihr wurde Schädliches gefunden.',
    QUOTA: 'Es ist kein Platz für weitere Dateien: senden oder entfernen Sie welche.',
  },
  resumeRecording: 'Weiter aufnehmen',
  sendRecording: 'Sprachnachricht senden',
  uploadFailed: 'Sie konnte nicht hochgeladen werden.',
  voiceNote: 'Sprachnachricht',
  waits: 'Keine Verbindung. Es geht weiter, sobald sie wieder da ist.',
}
