"""Papers and photos that are handed in (材料): looked at before they are kept.

What a file is, its content says and not its name. Pictures are decoded and written anew, so that
nothing but the picture is kept: no position, no camera, nothing that hides behind it. A PDF or Word
file is kept byte for byte when its structure is sound and nothing in it acts. All of it happens in
a child process with limits; anything else is refused with the reason. It does not judge what a
paper says.
"""
