module homeport.dev/local/tools/node

go 1.24.0
