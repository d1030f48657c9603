# make demo   watch Vane work: installs what is missing, builds, runs
# make test   run all tests
# make soak   run the crash loop at length: 100,000 events, 32 kills
# make bench  measure
SHELL := /bin/bash
SWIFT ?= swift

# What Vane is built with; it runs with the libraries behind the -dev packages.
BUILD_PACKAGES := librdkafka-dev libhiredis-dev libcurl4-openssl-dev libmicrohttpd-dev libsimdjson-dev libyaml-dev libre2-dev libssl-dev libxxhash-dev \
	pkg-config tzdata
# What tests and benchmarks use besides: Java runs Apache Kafka where there is one; tests start Redis and nginx by themselves, on ports of their own.
TEST_PACKAGES := redis-server nginx-light curl openssl zstd default-jre-headless

# Optimised builds stand apart, so that they and the tests' builds do not evict each other.
# The Swift runtime is linked in: the program runs where there is no Swift.
OPTIMISED := --configuration release --scratch-path .build/optimized --static-swift-stdlib
VANE := .build/optimized/release/vane

.PHONY: demo test soak bench build release format lint clean dependencies test-dependencies

demo: release
	$(VANE) demo

release: dependencies
	$(SWIFT) build $(OPTIMISED) --product vane

build: dependencies
	$(SWIFT) build

test: dependencies test-dependencies
	$(SWIFT) build $(OPTIMISED) --product vane
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

soak: dependencies test-dependencies
	$(SWIFT) build $(OPTIMISED) --product vane
	$(SWIFT) build --build-tests
	VANE_SOAK=1 $(SWIFT) test --skip-build --filter CrashLoopTests

bench: dependencies test-dependencies
	$(SWIFT) build $(OPTIMISED) --product vane
	$(SWIFT) build $(OPTIMISED) --product vane-bench
	$(SWIFT) build $(OPTIMISED) --product vane-redis-bench
	.build/optimized/release/vane-bench
	if command -v redis-server >/dev/null; then .build/optimized/release/vane-redis-bench; fi
	if python3 -c 'import zen' 2>/dev/null; then python3 benchmarks/peers/zen_rules.py; fi

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Tests benchmarks Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests benchmarks Package.swift

clean:
	rm -rf .build

# Installs Debian packages that are missing: as root, or through sudo; otherwise says what to do.
define install
	@missing=$$(for package in $(1); do dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	echo "installing:" $$missing; \
	if [ "$$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run=sudo; \
	else echo "make: these Debian packages are missing, and this user may not install them; as root run:" >&2; \
	     echo "  apt-get install" $$missing >&2; exit 1; fi; \
	$$run apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$run apt-get install -y -qq --no-install-recommends $$missing >/dev/null
endef

dependencies:
	@command -v $(SWIFT) >/dev/null || { echo "make: there is no '$(SWIFT)'; install Swift 6.3 (swift.org/install)" >&2; exit 1; }
	$(call install,$(BUILD_PACKAGES))

test-dependencies:
	$(call install,$(TEST_PACKAGES))
