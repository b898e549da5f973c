import {ExitCode, SluiceError} from '../../errors.ts'
import {nearest} from '../../nearest.ts'

const subcommands = ['plan', 'status', 'watch', 'pause', 'resume', 'promote', 'abort', 'history']

/** A version must be named: a bare name, or a mistyped subcommand, isn't a release. */
export function checkedImage(image: string | undefined): string {
  if (image !== undefined && /^[^\s:@][^\s@]*(:[\w][\w.-]{0,127}|@sha256:[a-f0-9]{64})$/.test(image)) return image
  const close = image === undefined ? [] : nearest(image, subcommands)
  throw new SluiceError({
    code: 'image-expected',
    exitCode: ExitCode.usage,
    message:
      image === undefined
        ? 'Which image? An IMAGE needs :tag or @digest.'
        : `${image} is neither an image with :tag or @sha256:digest nor a subcommand of release.`,
    suggestions: [...close.map((name) => `sluice release ${name}`), 'sluice release IMAGE:TAG', 'sluice release --help'],
  })
}
