/** A policy document as IAM takes it, and how long IAM finds it. Pure. */
export interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

/** Longest managed policy; white space isn't counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const longestPolicy = 6144

export const charactersOf = (document: object): number => JSON.stringify(document).replace(/\s/g, '').length

export const documentOf = (statements: readonly Statement[]): PolicyDocument => ({Version: '2012-10-17', Statement: statements})

interface WrittenByHand {
  readonly Version: string
  readonly Statement: readonly (Omit<Statement, 'Action' | 'Resource'> & {
    readonly Action: string | readonly string[]
    readonly Resource: string | readonly string[]
  })[]
}

/** The same document with lists where a template may have one text. */
export const withLists = (document: object): PolicyDocument =>
  documentOf(
    (document as WrittenByHand).Statement.map((statement) => ({
      ...statement,
      Action: [statement.Action].flat(),
      Resource: [statement.Resource].flat(),
    })),
  )
