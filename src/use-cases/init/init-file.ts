/** How `sluice init` writes: a file that is there stays as it is, unless it was said otherwise. */
import {writeFile} from 'node:fs/promises'
import {ExitCode, SluiceError} from '../../errors.ts'

/** `wx` refuses an existing file in the same call that would create it: nothing can come between looking and writing. */
export async function writeNew(file: string, text: string, existing: 'keep' | 'overwrite'): Promise<void> {
  try {
    await writeFile(file, text, {flag: existing === 'keep' ? 'wx' : 'w'})
  } catch (cause) {
    const there = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new SluiceError({
      code: there ? 'file-exists' : 'not-writable',
      exitCode: ExitCode.usage,
      message: there
        ? `${file} is there already; it was left as it is.`
        : `${file} can't be written: ${(cause as Error).message}`,
      suggestions: there ? ['sluice init --force', 'sluice init --output OTHER.yaml'] : [],
      cause,
    })
  }
}
