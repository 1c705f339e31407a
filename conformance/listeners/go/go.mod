module listener

go 1.19
