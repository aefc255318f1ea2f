"""openpyxl: workbooks of one sheet, with dates as texts or as days, numbers, truth values, bold words in a cell,
empty rows' styles behind the last record, and a title above the header. Its other way of writing, row by row
(`write_only`), makes a file of its own."""
import datetime

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from described import Described, Output
from table import COLUMNS, Variant

# In XML a line break is one line feed, whatever it was; and openpyxl does not say that blanks alone are to be kept.
VARIANT = Variant(breaks="inside")


def cells(sheet, record, typed):
    """The cells of a record. A text is one, also where it begins like a formula."""
    for name in COLUMNS:
        value = record[name]
        if name == "id" or not typed and isinstance(value, (datetime.date, bool)):
            # A whole number of 17 digits would lose some.
            value = None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"
        if name == "score":
            cell.number_format = "0%"
        yield cell


def book(typed, title=None, of_1904=False, rich=False, write_only=False):
    def write(path, records):
        workbook = openpyxl.Workbook(write_only=write_only)
        if of_1904:
            workbook.epoch = CALENDAR_MAC_1904
        sheet = workbook.create_sheet("People") if write_only else workbook.active
        sheet.title = "People"
        if title:
            sheet.append([title])
            sheet.append([])
        sheet.append(COLUMNS)
        for record in records:
            row = list(cells(sheet, record, typed))
            if rich:
                name = record["name"]
                row[COLUMNS.index("name")] = CellRichText(name[:3], TextBlock(InlineFont(b=True), name[3:]))
            sheet.append(row)
        if title:
            sheet.merge_cells("A1:C1")
        if not write_only:
            # A cell without a value is no record.
            sheet.cell(sheet.max_row + 2, 1).font = Font(bold=True)
        workbook.save(path)
    return write


def output(name, write, days=None, **extract):
    extract = {"format": "xlsx", "sheet": "People"} | extract
    seen = {"date_format": days or "%Y-%m-%d %H:%M:%S"}
    return Output(name, write, Described(extract | ({"date_format": days} if days else {}), seen=seen), VARIANT)


def outputs():
    yield output("texts.xlsx", book(False))
    yield output("typed.xlsx", book(True), "excel_1900")
    yield output("typed-1904.xlsx", book(True, of_1904=True), "excel_1904")
    yield output("title.xlsx", book(True, title="Members of 2024"), "excel_1900", skip_lines=2)
    yield output("rich.xlsx", book(False, rich=True))
    yield output("row-by-row.xlsx", book(True, write_only=True), "excel_1900")
