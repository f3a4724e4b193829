// Stands for the package uc.micro, whose lists of characters would be half of the code that finds links: the signs that end a
// link, of the scripts that have signs of their own in the basic plane. The build puts it in that package's place.

/** Any character. */
export const Any = /[\0-\uD7FF\uE000-\uFFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/
/** Control characters. */
export const Cc = { source: '[\\0-\\x1F\\x7F-\\x9F]' }
/** Spaces. */
export const Z = /[ \xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/
/** Punctuation: Latin, Armenian, Hebrew, Arabic, Devanagari, general, Chinese, Japanese, and wide forms. */
export const P =
  /[!-#%-*,-/:;?@[-\]_{}\xA1\xA7\xAB\xB6\xB7\xBB\xBF\u055A-\u055F\u0589\u05BE\u05F3\u05F4\u060C\u061B-\u061F\u06D4\u0964\u0965\u2010-\u2027\u2030-\u205E\u3001-\u3003\u3008-\u301F\u30FB\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF3D\uFF5B-\uFF65]/
