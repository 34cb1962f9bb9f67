"""Files that the installation keeps (文件): what came in, error workbooks, exports.

`save` and `open_file` are the whole of it. It does not read what is in a file.
"""
