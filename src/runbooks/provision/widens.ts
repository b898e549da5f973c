/**
 * Whether a change of a policy document allows anything that wasn't allowed before, and whether a rule of a security group lets
 * the whole world in. Pure. It errs on the side of saying so: a person looks, nothing is refused.
 */
import type {PropertyChange, ResourceChange} from './ports.ts'

const policyTypes =
  /^AWS::(IAM::|KMS::Key|S3::BucketPolicy|SNS::TopicPolicy|SQS::QueuePolicy|SecretsManager::ResourcePolicy|ECR::R|Backup::BackupVault|Lambda::Permission)/
const policyPath = /Polic|Statement|ManagedPolicyArns|Principal|Action/
const world = ['0.0.0.0/0', '::/0']

export function widensPermissions({type, action, properties}: ResourceChange): boolean {
  if (!policyTypes.test(type)) return false
  if (action === 'add') return type !== 'AWS::KMS::Key'
  return properties.some((property) => policyPath.test(property.path) && !onlyFollows(property) && widens(property))
}

/** An ARN that AWS knows only later, because its resource is changed in place: the grant is the one that stood there. */
const onlyFollows = ({follows, before, after}: PropertyChange): boolean =>
  follows && before !== null && (after ?? '').includes('KNOWN_AFTER_APPLY')

export function opensNetwork({type, properties}: ResourceChange): boolean {
  if (!/^AWS::EC2::(SecurityGroup|SecurityGroupIngress|NetworkAclEntry)$/.test(type)) return false
  return properties.some(
    ({path, before, after}) =>
      !path.includes('Egress') && world.some((cidr) => (after ?? '').includes(cidr) && !(before ?? '').includes(cidr)),
  )
}

function widens({path, before, after}: PropertyChange): boolean {
  // A condition that goes away allows more; whatever else goes away allows less.
  if (after === null) return path.includes('Condition')
  const [was, is] = [parsed(before), parsed(after)]
  const [statementsBefore, statementsAfter] = [statementsOf(was), statementsOf(is)]
  if (statementsAfter !== null)
    return statementsAfter.some((one) => allows(one) && !(statementsBefore ?? []).some((other) => covers(other, one)))
  if (path.includes('Condition')) return before !== null
  if (path.endsWith('Effect')) return after === 'Allow'
  const known = new Set(texts(was))
  return texts(is).some((text) => !known.has(text) && !known.has('*'))
}

interface Statement {
  readonly Effect?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
  readonly Resource?: unknown
  readonly Principal?: unknown
  readonly Condition?: unknown
}

function statementsOf(value: unknown): readonly Statement[] | null {
  if (Array.isArray(value)) {
    const found = value.flatMap((one: unknown) => statementsOf(one) ?? [])
    return found.length > 0 ? found : null
  }
  if (typeof value !== 'object' || value === null) return null
  if ('Effect' in value) return [value]
  if ('Statement' in value) return statementsOf(Array.isArray(value.Statement) ? value.Statement : [value.Statement])
  return 'PolicyDocument' in value ? statementsOf(value.PolicyDocument) : null
}

const allows = ({Effect}: Statement): boolean => Effect !== 'Deny'

/** `before` already allowed all that `after` does: its words are a superset, its conditions the same. */
function covers(before: Statement, after: Statement): boolean {
  if (!allows(before) || JSON.stringify(before.Condition ?? null) !== JSON.stringify(after.Condition ?? null)) return false
  if (JSON.stringify(before.NotAction ?? null) !== JSON.stringify(after.NotAction ?? null)) return false
  return (['Action', 'Resource', 'Principal'] as const).every((key) => {
    const known = texts(before[key])
    return texts(after[key]).every((text) => known.includes(text) || known.includes('*'))
  })
}

const texts = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(texts)
}

function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
