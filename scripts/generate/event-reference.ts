/** docs/events.md, from the event union itself: its members, their types and the comments that stand there. */
import {readFile} from 'node:fs/promises'
import ts from 'typescript'

const source = new URL('../../src/runbooks/engine/event.ts', import.meta.url)

export async function eventReference(): Promise<string> {
  const file = ts.createSourceFile('event.ts', await readFile(source, 'utf8'), ts.ScriptTarget.Latest, true)
  const data = interfaceOf(file, 'Data')
  const gate = interfaceOf(file, 'GateReading')
  return [
    '# Events of a journal',
    '',
    "Generated from `src/runbooks/engine/event.ts` by `npm run generate`. A run's journal is one object per event; `--events` prints",
    'the same as one JSON object a line, while it happens.',
    '',
    "Every event has `seq` (0, 1, 2 …), `at` (epoch ms, the run's clock), `epoch` (of the lease it was written under), `writer`,",
    '`kind`, `previousHash`, and `data`:',
    '',
    ...data.members.flatMap((member) => eventSection(member, file)),
    "## A gate's reading",
    '',
    'In `gates` of a `verdict`.',
    '',
    ...table(gate.members, file),
  ].join('\n')
}

function interfaceOf(file: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = file.statements.find(
    (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
  )
  if (found === undefined) throw new Error(`event.ts has no interface ${name}`)
  return found
}

function eventSection(member: ts.TypeElement, file: ts.SourceFile): readonly string[] {
  if (!ts.isPropertySignature(member) || member.type === undefined) return []
  const kind = member.name.getText(file).replaceAll("'", '')
  const shapes = ts.isUnionTypeNode(member.type) ? member.type.types : [member.type]
  const words = comment(member)
  return [
    `## ${kind}`,
    '',
    ...(words === '' ? [] : [words, '']),
    ...shapes.flatMap((shape, index) => [
      ...(index > 0 ? ['or', ''] : []),
      ...(ts.isTypeLiteralNode(shape) ? table(shape.members, file) : [`\`${shape.getText(file)}\``, '']),
    ]),
  ]
}

function table(members: ts.NodeArray<ts.TypeElement>, file: ts.SourceFile): readonly string[] {
  const rows = members.filter(ts.isPropertySignature).map((member) => {
    const type = (member.type?.getText(file) ?? '')
      .replace(/\breadonly /g, '')
      .replace(/\s+/g, ' ')
      .replaceAll('|', '\\|')
    return `| \`${member.name.getText(file)}\`${member.questionToken === undefined ? '' : ' (optional)'} | \`${type}\` | ${comment(member).replaceAll('|', '\\|')} |`
  })
  return ['| member | type | |', '|---|---|---|', ...rows, '']
}

function comment(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => (typeof doc.comment === 'string' ? doc.comment : ''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
}
