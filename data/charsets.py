"""Writes data/charsets.tsv: code pages that encoding_rs does not know, from Python's codecs.

Columns: name, other labels (spaces apart), the 128 upper code points in hexadecimal; EBCDIC pages have all 256.
"""
pages = [
 ("ibm437","cp437 437 cspc8codepage437"),("ibm737","cp737 737"),("ibm775","cp775 775 cspc775baltic"),
 ("ibm850","cp850 850 cspc850multilingual"),("ibm852","cp852 852 cspcp852"),("ibm855","cp855 855 csibm855"),
 ("ibm857","cp857 857 csibm857"),("ibm858","cp858 858 ibm00858"),("ibm860","cp860 860 csibm860"),("ibm861","cp861 861 cp-is csibm861"),
 ("ibm862","cp862 862 cspc862latinhebrew"),("ibm863","cp863 863 csibm863"),("ibm864","cp864 csibm864"),
 ("ibm865","cp865 865 csibm865"),("ibm869","cp869 869 cp-gr csibm869"),("cp1006",""),("cp1125","1125 ibm1125 cp866u"),
 ("cp720","720 windows-720"),("cp856",""),("koi8-t",""),("ptcp154","csptcp154 pt154 cp154 cyrillic-asian"),("kz1048","kz-1048 rk1048 strk1048-2002"),
 ("hp-roman8","roman8 r8 cp1051 ibm1051 cshproman8"),("mac-greek","macgreek x-mac-greek"),("mac-turkish","macturkish x-mac-turkish"),
 ("mac-latin2","maclatin2 maccentraleurope mac-centeuro x-mac-ce"),("mac-iceland","maciceland x-mac-icelandic"),
 ("ibm037","cp037 037 csibm037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-wt ibm039"),("ibm424","cp424 424 csibm424 ebcdic-cp-he"),
 ("ibm500","cp500 500 csibm500 ebcdic-cp-be ebcdic-cp-ch"),("ibm875","cp875"),("ibm1026","cp1026 1026 csibm1026"),("ibm1140","cp1140 1140"),("ibm273","cp273 273 csibm273"),
]
for name, labels in pages:
    codec = {"koi8-t":"koi8_t"}.get(name, name if not name.startswith("ibm") else "cp"+name[3:].zfill(3) if name!="ibm037" else "cp037")
    codec = codec.replace("mac-","mac_")
    row = []
    for b in range(256):
        try: row.append(ord(bytes([b]).decode(codec)))
        except UnicodeDecodeError: row.append(0xFFFD)
    if row[0x3C] == 0x3C: row = row[128:]
    print(name, labels, " ".join(f"{c:x}" for c in row), sep="\t")
