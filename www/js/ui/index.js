// SPDX-License-Identifier: ISC
//
// Everything pages are made of, under one name.

export { Avatar, Avatars } from "/js/ui/avatar.js";
export { Badge } from "/js/ui/badge.js";
export { Button } from "/js/ui/button.js";
export { Card, Facts, Figure } from "/js/ui/card.js";
export { Bars, Chart } from "/js/ui/chart.js";
export { Chips } from "/js/ui/chips.js";
export { Combobox } from "/js/ui/combobox.js";
export { DateField, DateSpan, day } from "/js/ui/datefield.js";
export { Dialog } from "/js/ui/dialog.js";
export { Difference, shownValue } from "/js/ui/diff.js";
export { Download } from "/js/ui/download.js";
export { Drawer } from "/js/ui/drawer.js";
export { Empty } from "/js/ui/empty.js";
export { Check, Choice, Field, PasswordField, SearchField, Switch } from "/js/ui/field.js";
export { Form } from "/js/ui/form.js";
export { Icon, icons } from "/js/ui/icon.js";
export { Item, List } from "/js/ui/list.js";
export { Menu } from "/js/ui/menu.js";
export { Note } from "/js/ui/note.js";
export { Once, copy } from "/js/ui/once.js";
export { Page } from "/js/ui/page.js";
export { Pager } from "/js/ui/pager.js";
export { Popover } from "/js/ui/popover.js";
export { Progress } from "/js/ui/progress.js";
export { Skeleton } from "/js/ui/skeleton.js";
export { Sure } from "/js/ui/sure.js";
export { Columns, PickedBar, Table, toggled } from "/js/ui/table.js";
export { TabPanel, Tabs } from "/js/ui/tabs.js";
export { TagField } from "/js/ui/tagfield.js";
export { toast } from "/js/ui/toast.js";
