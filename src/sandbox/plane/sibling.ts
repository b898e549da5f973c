/** Where a program beside a module is: `.ts` when run from source, `.js` when built. */
import {fileURLToPath} from 'node:url'

export function sibling(moduleUrl: string, name: string): string {
  const path = fileURLToPath(moduleUrl)
  const extension = path.slice(path.lastIndexOf('.'))
  return `${path.slice(0, path.lastIndexOf('/') + 1)}${name}${extension}`
}
