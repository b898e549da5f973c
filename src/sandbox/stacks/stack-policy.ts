/**
 * Whether a stack's policy lets an update touch a resource. Pure. A policy denies what it doesn't allow;
 * without one all is allowed.
 */
type Action = 'Update:Modify' | 'Update:Replace' | 'Update:Delete'

interface Statement {
  readonly Effect?: string
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** What CloudFormation says when it is denied; null when it may. */
export function policyRefusal(policy: string | null, action: Action, logicalId: string, type: string): string | null {
  if (policy === null) return null
  const {Statement: statements = []} = JSON.parse(policy) as {readonly Statement?: readonly Statement[]}
  const matching = statements
    .map((statement, index) => ({statement, index}))
    .filter(({statement}) => concerns(statement, action, logicalId, type))
  const denied = matching.find(({statement}) => statement.Effect === 'Deny')
  if (denied !== undefined) {
    return `Action denied by stack policy: Statement [#${denied.index + 1}] denies [${action}] on resource [${logicalId}]`
  }
  return matching.some(({statement}) => statement.Effect === 'Allow')
    ? null
    : `Action denied by stack policy: no statement allows [${action}] on resource [${logicalId}]`
}

function concerns(statement: Statement, action: Action, logicalId: string, type: string): boolean {
  const actions = statement.Action === undefined ? !matches(statement.NotAction, action) : matches(statement.Action, action)
  const name = `LogicalResourceId/${logicalId}`
  const resources = statement.Resource === undefined ? !matches(statement.NotResource, name) : matches(statement.Resource, name)
  return (
    actions
    && resources
    && Object.entries(statement.Condition ?? {}).every(([operator, terms]) =>
      Object.entries(terms).every(([key, values]) => {
        if (key !== 'ResourceType') return false
        const equal = matches(values, type)
        return operator.startsWith('StringNot') ? !equal : equal
      }),
    )
  )
}

function matches(patterns: string | readonly string[] | undefined, text: string): boolean {
  const all = typeof patterns === 'string' ? [patterns] : (patterns ?? [])
  return all.some((pattern) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(text),
  )
}

export function readableStackPolicy(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && Array.isArray((value as {readonly Statement?: unknown}).Statement)
  } catch {
    return false
  }
}
