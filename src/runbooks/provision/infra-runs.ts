/** Names of the plans that a journal of provisioning begins with: whoever reads journals tells runs apart by them. */
export const upPlanName = 'up'
export const downPlanName = 'down'
