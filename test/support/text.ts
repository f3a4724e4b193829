/** Four people and three joiners, counted as one character by a person. */
export const FAMILY = '👨‍👩‍👧‍👦'

/** One character as a person counts it, of so many joined pictures that do not compress: more than an index entry holds. */
export function longCharacter(pictures: number): string {
  let state = 1
  const picture = () => {
    state = (state * 48_271) % 2_147_483_647
    return String.fromCodePoint(0x1f400 + (state % 60))
  }
  return Array.from({ length: pictures }, picture).join('\u200d')
}
