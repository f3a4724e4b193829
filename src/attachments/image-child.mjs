// Reads a picture from stdin and writes it anew to stdout: upright, without what it tells of camera and place, and with a small
// one for lists. It runs in a process of its own, with nothing in its environment, because decoders of pictures are what attackers
// aim at: a picture that breaks one ends this process alone. The first line of the answer is JSON, the bytes of both follow.

// Where the library is missing, no picture is at fault.
const { default: sharp } = await import('sharp').catch(() => process.exit(78))
const [maxPixels, thumbnailPixels] = process.argv.slice(2).map(Number)
const MAX_FRAMES = 1_000
const QUALITY = { jpeg: { quality: 90 }, png: {}, webp: { quality: 90 }, gif: {}, avif: { quality: 60 } }
const LOADERS = ['JpegBuffer', 'PngBuffer', 'WebpBuffer', 'NsgifBuffer', 'HeifBuffer']

sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}`) })

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const bytes = Buffer.concat(chunks)

async function convert() {
  const options = { limitInputPixels: maxPixels, failOn: 'error' }
  const {
    format,
    compression,
    width,
    height,
    pages = 1,
  } = await sharp(bytes, { ...options, limitInputPixels: false }).metadata()
  if (width * height * pages > maxPixels || pages > MAX_FRAMES)
    return { answer: { refusal: 'TOO_LARGE' }, parts: [] }
  const kind = format === 'heif' && compression === 'av1' ? 'avif' : format
  if (!(kind in QUALITY)) return { answer: { refusal: 'TYPE' }, parts: [] }
  const picture = await sharp(bytes, { ...options, animated: pages > 1 })
    .autoOrient()
    .toFormat(kind, QUALITY[kind])
    .toBuffer({ resolveWithObject: true })
  const thumbnail = await sharp(bytes, options)
    .autoOrient()
    .resize({ width: thumbnailPixels, height: thumbnailPixels, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toBuffer()
  const { info } = picture
  const size = { width: info.width, height: info.pageHeight ?? info.height }
  const answer = { refusal: null, ...size, imageBytes: picture.data.length, thumbnailBytes: thumbnail.length }
  return { answer, parts: [picture.data, thumbnail] }
}

const { answer, parts } = await convert().catch(() => ({ answer: { refusal: 'TYPE' }, parts: [] }))
process.stdout.write(`${JSON.stringify(answer)}\n`)
for (const part of parts) process.stdout.write(part)
