import type { Customer, RankedIntent } from '../src/api/types.ts'
import { type Said, World } from './world.ts'

const known = (name: string, phone: string, more: Partial<Customer> = {}): Customer => ({
  name,
  phone,
  verified: true,
  senior: false,
  ...more,
})

const ranked = (...pairs: [string, number][]): RankedIntent[] =>
  pairs.map(([name, confidence]) => ({ name, confidence }))

/** A world in the middle of an ordinary morning. */
export function peopledWorld(): World {
  const world = new World()
  const talk = (id: string, ...lines: Said[]): void => lines.forEach((line) => void world.say(id, line))

  const wu = world.add('01JWU00000000000000000WU21', known('吴*芳', '138****2096', { senior: true }), { minutesAgo: 9 })
  talk(
    wu.summary.id,
    {
      role: 'customer',
      text: '我家电视打不开',
      minutesAgo: 8,
      understood: {
        intent: 'report_tv_fault',
        confidence: 0.93,
        ranking: ranked(['report_broadband_fault', 0.04], ['help', 0.01]),
      },
    },
    {
      role: 'bot',
      text: '您好，我是小讯（AI 助手）。电视机顶盒的电源灯现在是什么颜色？',
      minutesAgo: 8,
      buttons: ['红色', '绿色', '不亮'],
    },
    {
      role: 'customer',
      text: '字太小我看不清，找个人跟我说',
      minutesAgo: 3,
      understood: { intent: 'request_human', confidence: 0.99 },
    },
    { role: 'bot', text: '好的，马上为您转接人工客服。', minutesAgo: 3 },
  )
  world.own(wu.summary.id, 'queue', null, 'senior')
  Object.assign(wu.summary, { priority: 2, waiting_since: new Date(Date.now() - 95_000).toISOString() })
  wu.collected = { 业务: 'IPTV 电视', 现象: '开机后黑屏' }

  const waiting: [string, Customer | null, string, number, string][] = [
    [
      '01JLI00000000000000000LI07',
      known('李*', '139****0071'),
      '这个月怎么多扣了 20 块，我要找人问清楚',
      150,
      'request_human',
    ],
    ['01JVS00000000000000000V4K2', null, '你说的我听不懂，转人工', 41, 'not_understood'],
    ['01JZH00000000000000000ZH55', known('赵**', '186****5530'), '我要投诉，装宽带的师傅迟到两次', 12, 'complaint'],
  ]
  for (const [id, customer, text, seconds, reason] of waiting) {
    const held = world.add(id, customer, { minutesAgo: 6, channel: id.includes('ZH') ? 'wechat' : 'web' })
    talk(id, {
      role: 'customer',
      text,
      minutesAgo: seconds / 60,
      understood: { intent: reason === 'complaint' ? 'complain' : 'request_human' },
    })
    world.own(id, 'queue', null, reason)
    Object.assign(held.summary, { waiting_since: new Date(Date.now() - seconds * 1000).toISOString() })
  }

  faultTalk(world, talk)
  planTalk(world, talk)

  const bots: [string, Customer | null, string, string, string][] = [
    [
      '01JB100000000000000000BT01',
      known('孙*', '150****8842'),
      '流量还剩多少',
      'query_usage',
      '本月套餐内流量 30GB，已用 21.4GB，还剩 8.6GB。',
    ],
    [
      '01JB200000000000000000BT02',
      null,
      '附近营业厅几点关门',
      'book_store',
      '离您最近的中山路营业厅营业到 18:00。需要为您预约吗？',
    ],
    [
      '01JB300000000000000000BT03',
      known('周*强', '137****4410'),
      '充的100到账没',
      'query_payments',
      '2 月 28 日 20:14 充值 100.00 元，已到账。',
    ],
  ]
  bots.forEach(([id, customer, asked, intent, answer], at) => {
    world.add(id, customer, { minutesAgo: 4 + at })
    talk(
      id,
      { role: 'customer', text: asked, minutesAgo: 2 + at, understood: { intent } },
      { role: 'bot', text: answer, minutesAgo: 2 + at },
    )
  })

  const colleague = world.add('01JC100000000000000000CO01', known('郑*', '151****6607'), {
    minutesAgo: 16,
    owner: 'agent',
    agent: { id: 'agent-2', name: '陈思远' },
  })
  talk(
    colleague.summary.id,
    { role: 'customer', text: '发票抬头开公司的', minutesAgo: 6 },
    { role: 'agent', text: '好的，请把公司全称和税号发我。', minutesAgo: 5, agent: '陈思远' },
  )

  world.openTicket(
    { kind: 'complaint', title: '装机师傅两次迟到', description: '客户要求回电说明。', priority: 1 },
    '陈思远',
    60 * 26,
    20,
  )
  world.openTicket({ kind: 'callback', title: '下午三点后回电：携号转网资格', description: '' }, '小讯', 75, 4)
  return world
}

function faultTalk(world: World, talk: (id: string, ...lines: Said[]) => void): void {
  const held = world.add('01JMA00000000000000000MA33', known('马*涛', '138****3319'), { minutesAgo: 24 })
  const { id } = held.summary
  talk(
    id,
    { role: 'customer', text: '你好', minutesAgo: 24, understood: { intent: 'greet', confidence: 0.99 } },
    {
      role: 'bot',
      text: '您好，我是小讯（AI 助手），可以帮您查话费、查套餐、报修宽带、查工单，也可以随时说“转人工”。',
      minutesAgo: 24,
      buttons: ['查话费', '宽带报修', '转人工'],
    },
    {
      role: 'customer',
      text: '幸福路18号宽带断了，光猫亮红灯，急用！',
      minutesAgo: 23,
      understood: {
        intent: 'report_broadband_fault',
        confidence: 0.962,
        ranking: ranked(
          ['report_broadband_fault', 0.962],
          ['query_outage', 0.021],
          ['urge_ticket', 0.008],
          ['report_mobile_fault', 0.004],
        ),
        entities: [
          { entity: 'address', value: '幸福路18号', text: '幸福路18号' },
          { entity: 'device_symptom', value: 'ont_los_red', text: '光猫亮红灯' },
        ],
      },
    },
    {
      role: 'bot',
      text: '抱歉给您带来不便。您所在的片区目前没有停服。\n光猫红灯一般是光纤没有接好：请检查光纤接头有没有松动，再断电重启光猫，等待两分钟。\n好了吗？',
      minutesAgo: 23,
      buttons: ['好了', '还是不行'],
    },
    {
      role: 'customer',
      text: '还是不行',
      minutesAgo: 18,
      understood: {
        intent: 'deny',
        confidence: 0.71,
        ranking: ranked(['report_broadband_fault', 0.18], ['vent', 0.06]),
      },
    },
    { role: 'bot', text: '已为您登记报修工单 GD202603010001，师傅会在 3月2日 18:00 前与您联系。', minutesAgo: 18 },
    {
      role: 'customer',
      text: '太慢了，我下午要开会，叫个人来跟我说',
      minutesAgo: 12,
      understood: {
        intent: 'request_human',
        confidence: 0.88,
        ranking: ranked(['urge_ticket', 0.09], ['complain', 0.02]),
      },
    },
    { role: 'bot', text: '已经为您催办工单 GD202603010001。', minutesAgo: 12, withdrawn: true },
  )
  world.own(id, 'queue', null, 'request_human')
  world.take(id, held.summary.epoch)
  const marks = world.conversations.get(id)!.messages
  marks.at(-1)!.sent_at = new Date(Date.now() - 11 * 60_000).toISOString()
  talk(
    id,
    {
      role: 'agent',
      text: '马先生您好，我是王晓琳。我看到您 18 号的报修单了，正在帮您联系片区的装维师傅，看今天中午前能不能上门。',
      minutesAgo: 10,
      agent: '王晓琳',
    },
    { role: 'customer', text: '好的，尽快吧', minutesAgo: 9 },
    { role: 'customer', text: '有结果了吗', minutesAgo: 0.7 },
  )
  const now = world.conversations.get(id)!
  now.collected = {
    手机号: '138****3319',
    地址: '幸福路18号 3单元',
    片区: '城东二区',
    故障现象: '光猫红灯（LOS）',
    已做自检: '重启光猫，检查接头',
  }
  const minutes = (n: number): string => new Date(Date.now() - n * 60_000).toISOString()
  now.actions = [
    { name: 'action_query_outage', ok: true, at: minutes(23) },
    { name: 'action_report_broadband_fault', ok: true, at: minutes(18) },
    { name: 'action_urge_ticket', ok: false, at: minutes(12) },
  ]
  world.openTicket(
    {
      kind: 'broadband_fault',
      title: '宽带中断，光猫红灯',
      description: '幸福路18号 3单元，光猫 LOS 红灯，重启无效，片区无停服。',
      conversation_id: id,
    },
    '小讯',
    18,
    30,
  )
  world.moveTicket([...world.tickets.keys()][0]!, 'assigned', '派给城东二区装维', '调度')
}

function planTalk(world: World, talk: (id: string, ...lines: Said[]) => void): void {
  const held = world.add('01JHE00000000000000000HE18', known('何*', '189****7725', { verified: false }), {
    minutesAgo: 31,
  })
  const { id } = held.summary
  talk(
    id,
    {
      role: 'customer',
      text: '想换个便宜点的套餐',
      minutesAgo: 31,
      understood: { intent: 'recommend_plan', confidence: 0.55, ranking: ranked(['change_plan', 0.38]) },
    },
    { role: 'bot', text: '按您近三个月的用量，畅享 59 比较合适。', minutesAgo: 31 },
  )
  world.take(id, held.summary.epoch)
  talk(id, {
    role: 'agent',
    text: '您好，畅享 59 含 20GB 流量和 300 分钟通话，次月 1 号生效，需要为您办理吗？',
    minutesAgo: 27,
    agent: '王晓琳',
  })
}
