// libyaml: its event API, with marks.
#pragma once
#include <yaml.h>
