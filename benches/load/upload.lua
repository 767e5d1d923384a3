-- Each request uploads a note as a form. TOKENS is a file with a token in each line, NOTE the file that is sent.
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
local file = io.open(os.getenv("NOTE"), "rb")
local note = file:read("*a")
file:close()
local count, threads = 0, 0
function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end
function request()
  count = count + 1
  local boundary = "----masthead-bench"
  -- Another text each time, or there is nothing to store.
  local head = '--%s\r\nContent-Disposition: form-data; name="readme_file"; filename="note%d.md"\r\nContent-Type: text/markdown\r\n\r\n%s\nTurn %d of %d.\r\n--%s--\r\n'
  local body = string.format(head, boundary, count % 5, note, count, first, boundary)
  local headers = { ["Content-Type"] = "multipart/form-data; boundary=" .. boundary, ["Authorization"] = "Bearer " .. tokens[count % #tokens + 1] }
  return wrk.format("POST", nil, headers, body)
end
dofile(os.getenv("REPORT"))
