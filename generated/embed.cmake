# cmake -DINPUT=<file> -DOUTPUT=<.c> -P embed.cmake: a file's bytes as the C array
# bigdust_descriptors and its length bigdust_descriptors_len.
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR length "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "#include \"descriptors.h\"

const unsigned char bigdust_descriptors[] = {
${bytes}
};
const size_t bigdust_descriptors_len = ${length};
")
