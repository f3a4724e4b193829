import type { FileWords } from './en.ts'

/** All texts of files and voice notes in French. */
export const words: FileWords = {
  checking: 'Vérification en cours…',
  discard: 'Abandonner l’enregistrement',
  issues: {
    denied:
      'Le navigateur n’autorise pas cette page à utiliser le microphone. Autorisez-le dans ses réglages pour la page, puis réessayez.',
    missing: 'Aucun microphone n’a été trouvé. Branchez-en un, puis réessayez.',
    busy: 'Le microphone n’est pas disponible : un autre programme l’utilise peut-être. Fermez-le, puis réessayez.',
    unsupported: 'Ce navigateur ou cette page ne peut pas enregistrer. Envoyez plutôt un fichier.',
    limit: 'Un message vocal dure 5 minutes au plus. Envoyez celui-ci, puis enregistrez-en un autre.',
    unplugged: 'Le microphone s’est arrêté. Ce qui a été enregistré peut être envoyé.',
  },
  kept: 'L’enregistrement reste auprès de votre message.',
  lost: 'Le navigateur ne l’a pas conservé. Retirez-le et choisissez à nouveau le fichier.',
  maxFiles: (n) => `Un message contient au plus ${n} fichiers.`,
  notLoaded: 'Le chargement a échoué.',
  of: (position, duration) => `${position} sur ${duration}`,
  pause: 'Pause',
  pauseRecording: 'Suspendre l’enregistrement',
  paused: 'Enregistrement suspendu',
  permission: 'Autorisez le navigateur à utiliser le microphone.',
  play: 'Lire',
  position: 'Position',
  recording: 'Enregistrement en cours',
  refusals: {
    TOO_LARGE: 'Il est trop volumineux.',
    TYPE: 'Ce type de fichier n’est pas accepté.',
    INFECTED: 'Un contenu dangereux y a été trouvé.',
    QUOTA: 'Il n’y a plus de place : envoyez ou retirez des fichiers.',
  },
  resumeRecording: 'Reprendre l’enregistrement',
  sendRecording: 'Envoyer le message vocal',
  uploadFailed: 'L’envoi du fichier a échoué.',
  voiceNote: 'Message vocal',
  waits: 'Pas de connexion. L’envoi reprendra dès son retour.',
}
