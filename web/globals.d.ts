/** Style sheets are bundled as minified text. */
declare module '*.css' {
  const text: string
  export default text
}

/** The file name of the shared worker, which carries a hash of its content. Set by the build. */
declare const WORKER_FILE: string
