#!/bin/bash
cd /work/chaos
export BIGDUST=/work/main/build/Release/bigdust SANDBOX=/work/main/build/tools/sandbox TESTER=/work/main/build/tools/tester BIGDUST_BUILD=/work/main/build/cmake PYTHONPATH=tests
ls tests/integration/test_*.py | xargs -P 4 -I{} sh -c 'timeout 1500 /usr/bin/python3 -m pytest -q -p no:cacheprovider {} > out/$(basename {}).log 2>&1; echo "$? {}" >> out/summary'
echo done >> out/summary
