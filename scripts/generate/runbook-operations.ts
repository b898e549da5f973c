/** What each service's client can read, so that a misspelt call in a runbook is found where it stands and not at 3 a.m. */
import {readOperations} from '../../src/config/runbook-calls.ts'
import {serviceModules} from '../../src/infra/aws/clients.ts'

export async function runbookOperationsSource(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(serviceModules).map(async ([service, load]) => {
      const names = Object.keys(await load())
        .filter((name) => name.endsWith('Command') && name !== '$Command')
        .map((name) => name.slice(0, -'Command'.length))
      return `  ${/^[a-z0-9]+$/.test(service) ? service : `'${service}'`}:\n${lines(readOperations(names))
        .map((text, index, all) => `    '${text}${index < all.length - 1 ? " ' +" : "',"}`)
        .join('\n')}`
    }),
  )
  return `${head}export const runbookOperations: Readonly<Record<string, string>> = {\n${rows.join('\n')}\n}\n`
}

const head =
  "/** Operations that read, by service. Generated from the SDK's clients by `npm run generate`; not to be edited. */\n"

/** Words in lines of at most 120 characters. */
function lines(words: readonly string[]): readonly string[] {
  const all: string[] = []
  let current = ''
  for (const word of words) {
    if (current !== '' && current.length + word.length > 115) {
      all.push(current)
      current = ''
    }
    current = current === '' ? word : `${current} ${word}`
  }
  return [...all, current]
}
