# The two targets that Fivetran's build pipeline calls; everything else is build.sh's.
.PHONY: build_dependencies build_connector

build_dependencies:
	./build.sh deps

# Leaves exactly one executable in build/Release/.
build_connector:
	./build.sh
