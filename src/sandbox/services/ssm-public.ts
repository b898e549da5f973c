/** Parameters that AWS publishes: the ids of its images. Each path and Region has one image, the same in every world. */
import {digest} from './records/digest.ts'

const IMAGE_PATHS = ['/aws/service/ecs/optimized-ami/', '/aws/service/ami-amazon-linux-latest/']

function publicImage(path: string, region: string): string {
  return `ami-0${digest(`${region} ${path}`, 16)}`
}

/** null: AWS publishes no such parameter. */
export function publicParameter(name: string, region: string): string | null {
  if (!IMAGE_PATHS.some((prefix) => name.startsWith(prefix))) return null
  const base = name.replace(/\/image_id$/, '')
  const image = publicImage(base, region)
  const isRecommendation = base.endsWith('/recommended')
  if (name !== base || !isRecommendation) return image
  return JSON.stringify({
    schema_version: 1,
    image_id: image,
    image_name: base.split('/').slice(4, -1).join('-'),
    os: 'Amazon Linux 2023',
    ecs_runtime_version: 'Docker version 25.0.8',
    ecs_agent_version: '1.99.0',
  })
}
