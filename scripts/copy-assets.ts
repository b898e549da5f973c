/** Copies what `tsc` doesn't: files under src/ that are data (templates, pages), to the same place under dist/. */
import {cp} from 'node:fs/promises'

await cp('src', 'dist', {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
})
