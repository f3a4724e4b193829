/** The texts of the pages in one language. */
export interface Words {
  messages: string
  console: string
  main: string
  signIn: string
  signOut: string
  /** The person has signed out. */
  left: string
  /** The token is over and there is no way to another one. */
  ended: string
  /** The provider has refused, or its answer belongs to no attempt of this tab. */
  failed: string
  /** The provider does not answer. */
  away: string
  /** The page has come without TLS, where browsers have no cryptography. */
  insecure: string
  /** The browser runs no scripts. */
  scriptless: string
}

const words: Record<'en' | 'de' | 'fr', Words> = {
  en: {
    messages: 'Messages',
    console: 'Console',
    main: 'Main',
    signIn: 'Sign in',
    signOut: 'Sign out',
    left: 'You are signed out.',
    ended: 'You are signed out. Sign in to go on; messages you have begun are kept.',
    failed: 'You could not be signed in.',
    away: 'The sign-in service does not answer. Please try again in a minute.',
    insecure: 'People can sign in over a secure connection only. Open this page by its https address.',
    scriptless: 'This page needs JavaScript.',
  },
  de: {
    messages: 'Nachrichten',
    console: 'Konsole',
    main: 'Hauptmenü',
    signIn: 'Anmelden',
    signOut: 'Abmelden',
    left: 'Sie sind abgemeldet.',
    ended: 'Sie sind abgemeldet. Melden Sie sich an; begonnene Nachrichten bleiben erhalten.',
    failed: 'Die Anmeldung ist nicht gelungen.',
    away: 'Der Anmeldedienst antwortet nicht. Bitte versuchen Sie es in einer Minute noch einmal.',
    insecure: 'Anmelden kann man sich nur über eine sichere Verbindung. Öffnen Sie diese Seite mit https.',
    scriptless: 'Diese Seite braucht JavaScript.',
  },
  fr: {
    messages: 'Messages',
    console: 'Console',
    main: 'Menu principal',
    signIn: 'Se connecter',
    signOut: 'Se déconnecter',
    left: 'Vous êtes déconnecté.',
    ended: 'Vous êtes déconnecté. Connectez-vous pour continuer ; les messages commencés sont conservés.',
    failed: 'La connexion a échoué.',
    away: 'Le service de connexion ne répond pas. Veuillez réessayer dans une minute.',
    insecure: 'La connexion exige une liaison sécurisée. Ouvrez cette page par son adresse https.',
    scriptless: 'Cette page a besoin de JavaScript.',
  },
}

/** The language of a page, as the browser wishes by its Accept-Language header. */
export function languageOf(header = ''): keyof typeof words {
  const wished = header.split(',').map((part) => {
    const [tag = '', quality = 'q=1'] = part.trim().split(/\s*;\s*/)
    return { language: tag.slice(0, 2).toLowerCase(), quality: Number(quality.slice(2)) || 0 }
  })
  const known = wished.filter(({ language, quality }) => Object.hasOwn(words, language) && quality > 0)
  const [first] = known.sort((a, b) => b.quality - a.quality)
  return (first?.language as keyof typeof words | undefined) ?? 'en'
}

/** The texts in a language. */
export function wordsIn(language: keyof typeof words): Words {
  return words[language]
}
