# The two targets that Fivetran's build pipeline calls; everything else is build.sh's.
.PHONY: build_dependencies build_connector

build_dependencies:
	./build.sh deps-release

# Leaves exactly one executable in build/Release/, which needs nothing beside it.
build_connector:
	./build.sh release
