import { Glyph } from '../ui/glyph.tsx'

const PATHS = { pause: 'M9 5.5v13M15 5.5v13', play: 'M8 5.5l10.5 6.5L8 18.5z' }

/** The icons that voice notes alone need, apart from those that every page loads. */
export function PlayGlyph({ name }: { name: keyof typeof PATHS }) {
  return <Glyph path={PATHS[name]} size={20} />
}
