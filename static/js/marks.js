// The marks in a ballot's fields, whatever its type: read out of them, and put back into them.

export const isMarked = (each) => (each.type === 'radio' || each.type === 'checkbox' ? each.checked && each.value !== '' : each.value.trim() !== '')

const fieldsOf = (form) => [...form.elements].filter(({ name }) => /^(p\d+|boost-\d+)$/.test(name))

export const marksOf = (form) => fieldsOf(form).filter(isMarked).map(({ name, value }) => [name, value])

const mark = (each, value) => {
  if (each.type === 'radio' || each.type === 'checkbox') each.checked = each.value === value
  else each.value = value
}

// What is not on this ballot any more is passed over.
export const putBack = (form, marks) => {
  for (const [name, value] of marks) {
    const same = fieldsOf(form).filter((each) => each.name === name)
    for (const each of same) if (!['radio', 'checkbox'].includes(each.type) || each.value === value) mark(each, value)
  }
  form.querySelectorAll('[data-yd-section]').forEach((section) => section.dispatchEvent(new Event('input', { bubbles: true })))
}
