/** An invoice of the demonstration. */
export interface Invoice {
  number: string
  customer: string
  amount: string
  due: string
  status: 'Paid' | 'Open' | 'Overdue'
  lines: readonly (readonly [text: string, amount: string])[]
}

/** The invoices of the demonstration; each is the context of a conversation. */
export const invoices: readonly Invoice[] = [
  {
    number: 'INV-42',
    customer: 'Atlas Logistics',
    amount: '€ 12,480.00',
    due: '14 December 2026',
    status: 'Open',
    lines: [
      ['Route planning, 12 months', '€ 9,600.00'],
      ['Onboarding', '€ 2,880.00'],
    ],
  },
  {
    number: 'INV-43',
    customer: 'Brightwater Hotels',
    amount: '€ 3,150.00',
    due: '2 November 2026',
    status: 'Overdue',
    lines: [['Guest messaging, 3 properties', '€ 3,150.00']],
  },
  {
    number: 'INV-44',
    customer: 'Copper & Sons',
    amount: '€ 640.00',
    due: '21 October 2026',
    status: 'Paid',
    lines: [
      ['Support hours, October', '€ 480.00'],
      ['Travel', '€ 160.00'],
    ],
  },
  {
    number: 'INV-45',
    customer: 'Dahlia Clinics',
    amount: '€ 8,900.00',
    due: '5 January 2027',
    status: 'Open',
    lines: [['Scheduling, 40 seats', '€ 8,900.00']],
  },
]
