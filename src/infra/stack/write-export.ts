/** Writes an export to a directory. It never deletes, and doesn't touch a directory that holds something else. */
import {mkdir, readdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Files} from './templates.ts'

export async function writeExport(directory: string, files: Files, {force}: {readonly force: boolean}): Promise<void> {
  const held = await readdir(directory).catch((cause: unknown): readonly string[] => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new SluiceError({
      code: 'export-directory',
      exitCode: ExitCode.usage,
      message: `${directory} can't be used: ${(cause as Error).message}`,
      cause,
    })
  })
  if (held.length > 0 && !force) {
    throw new SluiceError({
      code: 'export-not-empty',
      exitCode: ExitCode.usage,
      message: `${directory} isn't empty; nothing was written`,
      suggestions: [`sluice infra export ${directory} --force`, 'name an empty directory'],
    })
  }
  for (const [name, text] of files) {
    const path = join(directory, name)
    await mkdir(dirname(path), {recursive: true})
    await writeFile(path, text)
  }
}
