/**
 * Differences from a template that are meant: what Auto Scaling, Image Builder, the database and the tool change by design. A
 * table, each row with its reason. Pure. What isn't in it is drift: a row is added
 * only when somebody else is known to own the value.
 */
import type {DriftedResource} from './ports.ts'

type Difference = DriftedResource['properties'][number]

interface Row {
  readonly type: string
  /** Logical ids it holds for; left out: all of the type. */
  readonly logicalIds?: readonly string[]
  /** First part of the property's path. */
  readonly property: string
  /** Left out: any difference. */
  readonly when?: (difference: Difference) => boolean
  readonly because: string
}

const number = (text: string | null): number => Number((text ?? '').replaceAll('"', ''))
const major = (version: string | null): string => (version ?? '').replaceAll('"', '').split('.')[0] ?? ''
const added = ({kind}: Difference): boolean => kind === 'add'

const table: readonly Row[] = [
  {type: 'AWS::AutoScaling::AutoScalingGroup', property: 'DesiredCapacity', because: 'Auto Scaling sizes the group'},
  {type: 'AWS::AutoScaling::AutoScalingGroup', property: 'MinSize', because: 'scheduled actions move the least number of hosts'},
  {
    type: 'AWS::AutoScaling::AutoScalingGroup',
    property: 'Tags',
    when: (one) => added(one) && (one.actual ?? '').includes('AmazonECSManaged'),
    because: 'the capacity provider tags its group',
  },
  {
    type: 'AWS::SSM::Parameter',
    logicalIds: ['ApiAmi', 'PrometheusAmi'],
    property: 'Value',
    because: 'Image Builder writes the newest image',
  },
  {
    type: 'AWS::RDS::DBInstance',
    property: 'EngineVersion',
    when: ({expected, actual}) => major(expected) === major(actual),
    because: 'the database takes minor versions by itself',
  },
  {
    type: 'AWS::RDS::DBInstance',
    property: 'AllocatedStorage',
    when: ({expected, actual}) => number(actual) > number(expected),
    because: "the database's storage grows by itself",
  },
  {
    type: 'AWS::ElastiCache::ReplicationGroup',
    property: 'EngineVersion',
    when: ({expected, actual}) => major(expected) === major(actual),
    because: 'the cache takes minor versions by itself',
  },
  {
    type: 'AWS::S3::Bucket',
    property: 'ReplicationConfiguration',
    when: added,
    because: 'replication is written once both buckets are there',
  },
  {type: 'AWS::SecretsManager::Secret', property: 'SecretString', because: "a secret's value is in no template"},
  {type: 'AWS::SecretsManager::Secret', property: 'GenerateSecretString', because: "a secret's value is in no template"},
  {
    type: 'AWS::ECS::Cluster',
    property: 'CapacityProviders',
    when: added,
    because: 'the association of the capacity provider writes it',
  },
  {
    type: 'AWS::ECS::Cluster',
    property: 'DefaultCapacityProviderStrategy',
    when: added,
    because: 'the association of the capacity provider writes it',
  },
]

/** Why this difference is meant; null: it is drift. */
export function ownedByOthers({type, logicalId, kind}: DriftedResource, difference: Difference): string | null {
  if (kind === 'deleted') return null
  const property = propertyOf(difference.path)
  const row = table.find(
    (one) =>
      one.type === type
      && one.property === property
      && (one.logicalIds === undefined || one.logicalIds.includes(logicalId))
      && (one.when === undefined || one.when(difference)),
  )
  return row?.because ?? null
}

/** `/Tags/2/Value` and `Properties/Tags` are both about `Tags`. */
const propertyOf = (path: string): string => path.split('/').find((part) => part !== '' && part !== 'Properties') ?? ''
