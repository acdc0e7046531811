import { type Key, language, t } from '@/i18n'
import type { ConversationSummary } from '@/api/types'

import { actions, entities, intents } from './intents'

type Names = Record<string, readonly [zh: string, en: string]>

const channels: Names = {
  web: ['网页', 'Web'],
  rest: ['接口', 'REST'],
  wechat: ['微信', 'WeChat'],
  wecom: ['微信客服', 'WeCom'],
  wechat_mini: ['小程序', 'Mini program'],
  desk: ['坐席台', 'Desk'],
}

/** Why a conversation came to the queue. */
const reasons: Names = {
  customer: ['客户要求人工', 'Asked for a person'],
  requested: ['客户要求人工', 'Asked for a person'],
  request_human: ['客户要求人工', 'Asked for a person'],
  not_understood: ['机器人没听懂', 'Not understood'],
  misunderstood: ['机器人没听懂', 'Not understood'],
  engine_failed: ['机器人故障', 'Bot failed'],
  action_failed: ['办理失败', 'Action failed'],
  identity_locked: ['身份验证锁定', 'Verification locked'],
  complaint: ['投诉', 'Complaint'],
  complain: ['投诉', 'Complaint'],
  senior: ['65 岁以上', 'Aged 65+'],
  lost_card: ['手机卡丢失，收不到验证码', 'Lost card, no code'],
  fraud: ['被诈骗', 'Fraud'],
  angry: ['情绪激动', 'Angry'],
  impatient: ['再次催办', 'Urged again'],
  returned: ['坐席未响应，退回排队', 'Returned to the queue'],
}

/** The kinds of ticket, those that agents open most first. */
export const ticketKinds = [
  'follow_up',
  'service_request',
  'complaint',
  'callback',
  'broadband_fault',
  'mobile_fault',
  'call_fault',
  'tv_fault',
  'application',
  'enterprise_lead',
] as const

const kinds: Names = {
  follow_up: ['跟进', 'Follow-up'],
  service_request: ['业务办理', 'Service request'],
  complaint: ['投诉', 'Complaint'],
  callback: ['回电', 'Call-back'],
  broadband_fault: ['宽带报修', 'Broadband fault'],
  mobile_fault: ['手机网络报修', 'Mobile fault'],
  call_fault: ['通话报修', 'Call fault'],
  tv_fault: ['电视报修', 'TV fault'],
  application: ['预约申请', 'Application'],
  enterprise_lead: ['企业商机', 'Enterprise lead'],
  installation: ['宽带新装', 'Broadband installation'],
  relocation: ['宽带移机', 'Broadband relocation'],
  coverage_lead: ['待覆盖登记', 'Waits for coverage'],
}

const skills: Names = {
  enterprise: ['政企客户经理', 'Enterprise accounts'],
  registration: ['号卡登记', 'Registration'],
}

/** A name that has no words yet is shown as it is. */
function named(names: Names, name: string): string {
  return names[name]?.[language.value === 'zh' ? 0 : 1] ?? name
}

export const intentName = (name: string): string => named(intents, name)
export const entityName = (name: string): string => named(entities, name)
export const channelName = (name: string): string => named(channels, name)
export const reasonName = (name: string): string => (name in reasons ? named(reasons, name) : intentName(name))
export const skillName = (name: string): string => named(skills, name)
export const kindName = (name: string): string => (name in kinds ? named(kinds, name) : intentName(name))

/** `action_query_bill` is called what its intent is called. */
export function actionName(name: string): string {
  const bare = name.replace(/^(action|validate)_/, '').replace(/_form$/, '')
  return bare in actions ? named(actions, bare) : intentName(bare)
}

export function priorityName(priority: number): string {
  if (priority <= 0) return t('priority.0')
  return priority <= 2
    ? t(`priority.${priority}` as Key & ('priority.1' | 'priority.2'))
    : t('priority.n', { n: priority })
}

/** What to call the customer of a conversation: the (masked) name or number, else the tail of its id. */
export function customerName(one: ConversationSummary): string {
  return one.customer?.name ?? one.customer?.phone ?? t('item.visitor', { id: one.id.slice(-4).toUpperCase() })
}
