/**
 * Every type that is more than a record and isn't a compute resource, in one table;
 * types without a row are the generic handler's.
 */
import type {ResourceHandlers} from '../contract.ts'
import {acmHandlers} from './acm.ts'
import {backupHandlers} from './backup.ts'
import {cloudFrontHandlers} from './cloudfront.ts'
import {ec2NetworkHandlers} from './ec2-network.ts'
import {ec2RouteHandlers} from './ec2-routes.ts'
import {ec2SecurityHandlers} from './ec2-security.ts'
import {ecrHandlers} from './ecr.ts'
import {elastiCacheHandlers} from './elasticache.ts'
import {iamHandlers} from './iam.ts'
import {imageBuilderHandlers} from './image-builder.ts'
import {kmsHandlers} from './kms.ts'
import {messageHandlers} from './messages.ts'
import {rdsHandlers} from './rds.ts'
import {route53Handlers} from './route53.ts'
import {secretHandlers} from './secrets.ts'
import {ssmHandlers} from './ssm.ts'

export const otherHandlers: ResourceHandlers = {
  ...ec2NetworkHandlers,
  ...ec2RouteHandlers,
  ...ec2SecurityHandlers,
  ...iamHandlers,
  ...kmsHandlers,
  ...ssmHandlers,
  ...secretHandlers,
  ...acmHandlers,
  ...route53Handlers,
  ...cloudFrontHandlers,
  ...rdsHandlers,
  ...elastiCacheHandlers,
  ...backupHandlers,
  ...imageBuilderHandlers,
  ...ecrHandlers,
  ...messageHandlers,
}
