/** All texts of files and voice notes in English; the other languages have the same. */
export const words = {
  checking: 'Being checked …',
  discard: 'Discard the recording',
  issues: {
    denied:
      'The browser does not let this page use the microphone. Allow it in its settings for the page, and try again.',
    missing: 'No microphone was found. Connect one, and try again.',
    busy: 'The microphone cannot be used: another program may have it. Close it there, and try again.',
    unsupported: 'This browser, or this page, cannot record. Send a file instead.',
    limit: 'A voice note has 5 minutes at most. Send this one, and record another.',
    unplugged: 'The microphone has stopped. What was recorded can be sent.',
  },
  kept: 'The recording is kept beside your message.',
  lost: 'The browser has not kept it. Remove it, and choose the file again.',
  maxFiles: (n: number) => `A message takes ${n} files.`,
  notLoaded: 'It could not be loaded.',
  of: (position: string, duration: string) => `${position} of ${duration}`,
  pause: 'Pause',
  pauseRecording: 'Pause the recording',
  paused: 'Recording paused',
  permission: 'Allow the browser to use the microphone.',
  play: 'Play',
  position: 'Position',
  recording: 'Recording',
  refusals: {
    TOO_LARGE: 'It is too large.',
    TYPE: 'This type of file is not accepted.',
    INFECTED: 'Something harmful was found in it.',
    QUOTA: 'There is no more room for files: send or remove some.',
  },
  resumeRecording: 'Go on recording',
  sendRecording: 'Send the voice note',
  uploadFailed: 'It could not be uploaded.',
  voiceNote: 'Voice note',
  waits: 'No connection. It goes on when it is back.',
}

/** The texts of files and voice notes in a language. */
export type FileWords = typeof words
