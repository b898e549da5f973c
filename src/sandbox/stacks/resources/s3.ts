/**
 * Buckets and their policies. Every setting of the template is put by its own call, in an order in which each can be: versioning
 * before replication. A bucket with anything in it is never deleted.
 */
import type {ChangeRequest, Made, Properties, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {drifted, flag, list, means, number, record, text, withKinds} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, keyValueTags, missing, unlessMissing} from './service-call.ts'

const s3 = async <Output>(
  request: Pick<ResourceRequest, 'world' | 'region'>,
  operation: string,
  input: object,
): Promise<Output> => call<Output>(request, 's3', operation, input)

interface Setting {
  readonly property: string
  readonly put: (value: Properties) => readonly [operation: string, input: object]
  /** What takes it away; left out: it can't be taken away. */
  readonly remove?: string
}

const KINDS = {
  numbers: [
    'Days',
    'NoncurrentDays',
    'NewerNoncurrentVersions',
    'DaysAfterInitiation',
    'Priority',
    'Minutes',
    'MaxAge',
    'TransitionInDays',
  ],
  flags: [
    'BucketKeyEnabled',
    'BlockPublicAcls',
    'BlockPublicPolicy',
    'IgnorePublicAcls',
    'RestrictPublicBuckets',
    'ExpiredObjectDeleteMarker',
    'EventBridgeEnabled',
  ],
}

/** In the order in which they are put. */
const SETTINGS: readonly Setting[] = [
  {
    property: 'OwnershipControls',
    put: (value) => ['PutBucketOwnershipControls', {OwnershipControls: value}],
    remove: 'DeleteBucketOwnershipControls',
  },
  {
    property: 'PublicAccessBlockConfiguration',
    put: (value) => ['PutPublicAccessBlock', {PublicAccessBlockConfiguration: value}],
    remove: 'DeletePublicAccessBlock',
  },
  {
    property: 'BucketEncryption',
    put: (value) => ['PutBucketEncryption', {ServerSideEncryptionConfiguration: encryption(value)}],
    remove: 'DeleteBucketEncryption',
  },
  {property: 'VersioningConfiguration', put: (value) => ['PutBucketVersioning', {VersioningConfiguration: value}]},
  {property: 'LoggingConfiguration', put: (value) => ['PutBucketLogging', {BucketLoggingStatus: logging(value)}]},
  {
    property: 'NotificationConfiguration',
    put: (value) => ['PutBucketNotificationConfiguration', {NotificationConfiguration: notification(value)}],
  },
  {
    property: 'LifecycleConfiguration',
    put: (value) => ['PutBucketLifecycleConfiguration', {LifecycleConfiguration: lifecycle(value)}],
    remove: 'DeleteBucketLifecycle',
  },
  {
    property: 'CorsConfiguration',
    put: (value) => ['PutBucketCors', {CORSConfiguration: cors(value)}],
    remove: 'DeleteBucketCors',
  },
  {
    property: 'WebsiteConfiguration',
    put: (value) => ['PutBucketWebsite', {WebsiteConfiguration: website(value)}],
    remove: 'DeleteBucketWebsite',
  },
  {
    property: 'ReplicationConfiguration',
    put: (value) => ['PutBucketReplication', {ReplicationConfiguration: replication(value)}],
    remove: 'DeleteBucketReplication',
  },
]

const bucket: ResourceHandler = {
  create: async (request) => {
    const name = text(request.properties['BucketName']) ?? generatedName(request, 63).toLowerCase()
    const CreateBucketConfiguration = request.region === 'us-east-1' ? undefined : {LocationConstraint: request.region}
    await s3(request, 'CreateBucket', {Bucket: name, CreateBucketConfiguration})
    try {
      await putSettings(request, name, {})
    } catch (error) {
      // Nothing of a bucket that couldn't be made as wanted is left behind.
      await s3(request, 'DeleteBucket', {Bucket: name}).catch(() => {})
      throw error
    }
    return bucketMade(request, name)
  },
  update: async (request) => {
    await putSettings(request, request.physicalId, request.previous)
    return bucketMade(request, request.physicalId)
  },
  remove: async (request) => {
    await s3(request, 'DeleteBucket', {Bucket: request.physicalId})
  },
  read: async (request) => {
    if ((await unlessMissing(async () => s3(request, 'HeadBucket', {Bucket: request.physicalId}), ['NotFound'])) === null) {
      throw missing(request)
    }
    const {Status} = await s3<{readonly Status?: string}>(request, 'GetBucketVersioning', {Bucket: request.physicalId})
    const block = await unlessMissing(
      async () =>
        s3<{readonly PublicAccessBlockConfiguration?: object}>(request, 'GetPublicAccessBlock', {Bucket: request.physicalId}),
      ['NoSuchPublicAccessBlockConfiguration'],
    )
    const replicates = await replicationOf(request)
    return drifted(request.properties, {
      VersioningConfiguration: Status === undefined ? {} : {Status},
      PublicAccessBlockConfiguration: block?.PublicAccessBlockConfiguration ?? {},
      // Present or not: how AWS writes its rules isn't how the template does.
      ...(replicates ? {} : {ReplicationConfiguration: {}}),
    })
  },
}

async function replicationOf(request: ChangeRequest): Promise<boolean> {
  const answer = await unlessMissing(
    async () => s3(request, 'GetBucketReplication', {Bucket: request.physicalId}),
    ['ReplicationConfigurationNotFoundError'],
  )
  return answer !== null
}

async function putSettings(request: ResourceRequest, Bucket: string, previous: Properties): Promise<void> {
  for (const {property, put, remove} of SETTINGS) {
    const wanted = request.properties[property]
    if (means(wanted ?? null, previous[property] ?? null)) continue
    if (wanted === undefined) {
      if (remove !== undefined) await s3(request, remove, {Bucket})
      continue
    }
    const [operation, input] = put(withKinds(record(wanted), KINDS))
    await s3(request, operation, {Bucket, ...input})
  }
  const TagSet = keyValueTags(request.tags)
  if (TagSet.length > 0) await s3(request, 'PutBucketTagging', {Bucket, Tagging: {TagSet}})
}

function bucketMade({region}: ResourceRequest, name: string): Made {
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
    },
  }
}

const encryption = (value: Properties): object => ({
  Rules: list(value['ServerSideEncryptionConfiguration']).map((one) => {
    const {ServerSideEncryptionByDefault, BucketKeyEnabled, ...rest} = record(one)
    return {
      ...rest,
      ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
      BucketKeyEnabled: flag(BucketKeyEnabled) ?? false,
    }
  }),
})

const logging = (value: Properties): object => ({
  LoggingEnabled: {TargetBucket: value['DestinationBucketName'], TargetPrefix: value['LogFilePrefix'] ?? ''},
})

function notification(value: Properties): object {
  const {EventBridgeConfiguration, ...rest} = value
  return {...rest, ...(record(EventBridgeConfiguration)['EventBridgeEnabled'] === true ? {EventBridgeConfiguration: {}} : {})}
}

const lifecycle = (value: Properties): object => ({
  Rules: list(value['Rules']).map((one) => {
    const {
      Id,
      Prefix,
      ExpirationInDays,
      ExpirationDate,
      ExpiredObjectDeleteMarker,
      NoncurrentVersionExpirationInDays,
      Transitions,
      ...rest
    } = record(one)
    const expiration = {Days: number(ExpirationInDays), Date: ExpirationDate, ExpiredObjectDeleteMarker}
    return {
      ...rest,
      ID: Id,
      Filter: {Prefix: Prefix ?? ''},
      ...(Object.values(expiration).some((given) => given !== undefined) ? {Expiration: expiration} : {}),
      ...(NoncurrentVersionExpirationInDays === undefined
        ? {}
        : {
            NoncurrentVersionExpiration: {NoncurrentDays: number(NoncurrentVersionExpirationInDays)},
          }),
      ...(Transitions === undefined
        ? {}
        : {
            Transitions: list(Transitions).map((move) => ({
              StorageClass: record(move)['StorageClass'],
              Days: record(move)['TransitionInDays'],
            })),
          }),
    }
  }),
})

const cors = (value: Properties): object => ({
  CORSRules: list(value['CorsRules']).map((one) => {
    const {Id, MaxAge, ExposedHeaders, ...rest} = record(one)
    return {...rest, ID: Id, MaxAgeSeconds: MaxAge, ExposeHeaders: ExposedHeaders}
  }),
})

const website = (value: Properties): object => ({
  ...(value['IndexDocument'] === undefined ? {} : {IndexDocument: {Suffix: value['IndexDocument']}}),
  ...(value['ErrorDocument'] === undefined ? {} : {ErrorDocument: {Key: value['ErrorDocument']}}),
})

const replication = (value: Properties): object => ({
  Role: value['Role'],
  Rules: list(value['Rules']).map((one) => {
    const {Id, ...rest} = record(one)
    return {...rest, ID: Id}
  }),
})

const bucketPolicy: ResourceHandler = {
  create: async (request) => putPolicy(request),
  update: async (request) => putPolicy(request),
  remove: async (request) => {
    await unlessMissing(
      async () => s3(request, 'DeleteBucketPolicy', {Bucket: text(request.properties['Bucket'])}),
      ['NoSuchBucket'],
    )
  },
  read: async (request) => {
    const answer = await unlessMissing(
      async () => s3<{readonly Policy?: string}>(request, 'GetBucketPolicy', {Bucket: text(request.properties['Bucket'])}),
      ['NoSuchBucket', 'NoSuchBucketPolicy'],
    )
    if (answer === null) throw missing(request)
    return drifted(request.properties, {PolicyDocument: JSON.parse(answer.Policy ?? '{}') as unknown})
  },
}

async function putPolicy(request: ResourceRequest): Promise<Made> {
  const {Bucket, PolicyDocument} = request.properties
  const Policy = typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument)
  await s3(request, 'PutBucketPolicy', {Bucket, Policy})
  return {physicalId: text(Bucket) ?? '', attributes: {}}
}

export const s3Handlers: ResourceHandlers = {'AWS::S3::Bucket': bucket, 'AWS::S3::BucketPolicy': bucketPolicy}
