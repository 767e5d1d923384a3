-- Each request signs another member in. MEMBERS and PASSWORD say how many there are, and their password.
local members, password = tonumber(os.getenv("MEMBERS")), os.getenv("PASSWORD")
local field = os.getenv("LOGIN_FIELD") or "email"
local next_member = 0
-- Threads of wrk have no number of their own before they start.
local threads = 0
function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end
function request()
  next_member = next_member + 1
  local number = (first * 7 + next_member) % members
  local body = string.format('{"%s": "member%d@club.example", "password": "%s"}', field, number, password)
  return wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, body)
end
dofile(os.getenv("REPORT"))
