# 窗口用语，简体中文。键与 en.ftl 相同。

research-use = 仅供研究使用，不用于诊断
back = 返回
done = 完成

first-title = 记录保存在哪里？
first-records = 加密保存在本机
first-records-body = 您打开和阅读的内容下次仍在，由您的姓名和口令保护。没有口令或恢复密钥，任何人都无法读取。
first-nothing = 不保存任何内容
first-nothing-body = 窗口关闭或锁定后，其中打开的一切都会消失。您的文件保持原样。

new-title = 您的姓名和口令
name = 姓名
passphrase = 口令
passphrase-again = 再次输入口令
passphrase-rule = 至少 { $wanted } 个字符。几个互不相关的词既牢固又好记。
passphrase-show = 显示
passphrase-hide = 隐藏
strength = { $score ->
    [0] 很弱
    [1] 弱
    [2] 一般
    [3] 好
   *[other] 强
}
strength-name = 口令强度
new-create = 创建
new-name-missing = 请输入姓名。
new-too-short = 已输入 { $found } 个字符，至少需要 { $wanted } 个
new-too-weak = 这个口令太容易被猜到。
new-too-long = 最多 256 个字符。
new-holds-name = 口令中不能含有您的姓名。
new-different = 两次输入的口令不一致。

recovery-title = 您的恢复密钥
recovery-body = 忘记口令时可用它打开记录。它只在此时显示一次。请写在纸上，与本机分开保管。
recovery-print = 打印
recovery-printed = 已发送到打印机。
recovery-not-printed = 没有可用的打印机，请抄写下来。
recovery-noted = 我已抄写下来
recovery-go-on = 继续

sign-in-title = 登录
sign-in = 登录
sign-in-working = 正在核对…
sign-in-forgot = 忘记口令？使用恢复密钥
accept = 接受此副本
accept-body = 管理员可以接受记录的现状。此副本之后写入的内容将丢失，日志会记录是谁接受的。仅当您确知记录被移动或恢复过时才这样做：请再次输入口令。
trouble-wrong = 姓名或口令不正确。
trouble-wait = 尝试次数过多。请等待 { $seconds } 秒后再试。
trouble-newer = 这些记录由更新版本的 Wardlight 写入。请启动该版本。
trouble-damaged = 记录已损坏。请恢复最新的备份：wardlight store restore。
trouble-tampered = 这些不是最后写入的记录：有人放回了旧副本，或记录被改动。请联系管理员。
trouble-in-use = 另一个窗口或命令正打开着这些记录。请关闭后再试。
trouble-full = 磁盘已满。请腾出空间后再试。
trouble-read-only = 记录所在的文件夹无法写入。请联系本机管理人员。
trouble-not-allowed = 您无权这样做。请联系管理员。
trouble-storage = 此处无法读写记录。请重试，或联系本机管理人员。

# 用恢复密钥。
recover-title = 新口令
recover-body = 请按打印的内容输入恢复密钥、您的姓名，以及今后使用的口令。日志会记录恢复密钥已被使用。
recover-key = 恢复密钥
recover = 打开

locked-title = 已锁定
locked-idle = { $minutes } 分钟无人使用窗口。
locked-suspended = 计算机进入了睡眠。
locked-session = 桌面已锁定。
locked-user = 屏幕已切换给其他用户。
locked-asked = 您锁定了窗口。
locked-who = 已登录：{ $name }
locked-unlock = 解锁
locked-switch = 以其他身份登录
locked-nothing = 未保存任何内容：请重新打开文件。
locked-open = 继续
locked-work = 训练或评估仍在进行。
lock-soon = { $seconds } 秒后锁定

safety-title = 锁定与语言
safety-language = 语言
safety-minutes = 无人使用多少分钟后锁定
safety-go-on = 锁定时训练和评估继续进行
safety-records = 记录
safety-records-kept = 加密保存在本机
safety-records-none = 不保存任何内容
safety-choose = 重新选择
safety-lock = 立即锁定

# 紧急情况。
glass-title = 紧急访问
glass-body = 在窗口锁定之前，您可以像阅片者一样打开、评分、阅读和导出。管理员和审计员会看到您这样做以及原因。
glass-reason = 原因
glass = 紧急访问

# 审计日志。
log-title = 审计日志
log-lead = 谁在这些记录中做了什么，最新的在前。查看日志也会被记录。
log-day = 日期（UTC）
log-day-hint = 2026-11-27
log-action = 操作
log-person = 人员
log-all = 全部
log-loud = 仅警示
log-look = 刷新
log-time = 时间（UTC）
log-outcome = 结果
log-case = 病例
log-detail = 详情
log-done = 完成
log-refused = 拒绝
log-failed = 失败
log-alert = 警示
log-none = 没有符合的记录。
log-reading = 正在读取…
log-shown = { $n } 条记录
log-more = 最新的 { $n } 条记录；如需更早的，请缩小范围。
log-out = 写入此文件
log-form = 格式
log-export = 导出
log-dicom = DICOM 审计 XML
log-fhir = FHIR AuditEvent

# 做了什么。
deed-started = 启动
deed-stopped = 停止
deed-store-created = 创建记录库
deed-upgraded = 升级记录库
deed-log-viewed = 查看日志
deed-log-exported = 导出日志
deed-case-opened = 打开病例
deed-scored = 评分
deed-scope-overridden = 超出适用范围评分
deed-reading-recorded = 记录阅片意见
deed-annotated = 标注
deed-searched = 检索
deed-worklist-changed = 更改工作列表
deed-patient-erased = 删除患者
deed-exported = 导出
deed-patient-exported = 导出患者
deed-deidentified = 去标识
deed-backed-up = 备份
deed-restored = 从备份恢复
deed-case-received = 接收病例
deed-glass-broken = 紧急访问
deed-tampering-found = 发现篡改
deed-copy-accepted = 接受副本
deed-clock-went-back = 时钟倒退
deed-person-added = 添加人员
deed-person-removed = 移除人员
deed-roles-changed = 更改角色
deed-passphrase-changed = 更改口令
deed-recovery-key-changed = 更换恢复密钥
deed-keys-renewed = 更新密钥
deed-threshold-changed = 更改阈值
deed-model-changed = 更改模型
deed-store-checked = 检查记录库
deed-access-refused = 拒绝访问
deed-signed-in = 登录
deed-sign-in-failed = 登录失败
deed-signed-out = 退出登录
deed-locked = 锁定
deed-recovered = 使用恢复密钥

# 通知：发生了什么，该怎么办。
notice-role = 您的角色无权这样做
notice-role-remedy = 请向管理员申请有此权限的角色。
notice-role-glass = 请向管理员申请有此权限的角色。紧急情况下可使用紧急访问：按 Ctrl K，然后输入“glass”。
notice-glass = 您正在以紧急访问的方式阅片
notice-glass-remedy = 在窗口锁定之前，您可以做阅片者可做的事。日志会记录此事和您的原因。
notice-no-log = 没有审计日志
notice-no-log-remedy = 请在本机保存记录：“锁定与语言”中的“重新选择”。
notice-no-day = 这不是日期
notice-no-day-remedy = 请按 2026-11-27 的形式输入，或留空。
notice-where = 日志要写到哪里？
notice-where-remedy = 请输入新文件的完整路径，从根目录开始。
notice-written = 审计日志已写出
notice-written-remedy = 其中有人员和操作，没有患者。
not-kept = 未能存入记录：{ $what }
store-not-there = 这里没有记录
store-not-there-remedy = 请重新启动 Wardlight，并选择记录保存在哪里。
store-already-there = 这里已有记录
store-already-there-remedy = 请重新启动 Wardlight 并登录。
store-wrong = 姓名或口令不正确
store-wrong-remedy = 请重新输入，或使用恢复密钥。
store-wait = 尝试次数过多
store-wait-remedy = 请稍等片刻再试。
store-newer = 这些记录由更新版本的 Wardlight 写入
store-newer-remedy = 请启动该版本。
store-in-use = 另一个程序正打开着这些记录
store-in-use-remedy = 请关闭另一个窗口或正在运行的命令，然后再试。
store-damaged = 记录已损坏
store-damaged-remedy = 请恢复最新的备份：wardlight store restore FILE。
store-tampered = 这些不是最后写入的记录
store-tampered-remedy = 请联系记录的管理人员：有人放回了旧副本，或记录被改动。
store-not-allowed = 您无权这样做
store-not-allowed-remedy = 请向管理员申请有此权限的角色。
store-mismatch = 它属于另一个病例
store-mismatch-remedy = 请重新打开文件，再做一次。
store-weak = 这个口令太容易被猜到
store-weak-remedy = 请选用更长的口令，由互不相关的词组成。
store-unknown = 记录中没有它
store-unknown-remedy = 请重新打开文件，再做一次。
store-refused = 缺少内容
store-refused-remedy = 请填写后再试。
store-full = 磁盘已满
store-full-remedy = 请腾出空间，再做一次。
store-read-only = 记录所在的文件夹无法写入
store-read-only-remedy = 请联系本机管理人员，使其可以写入。
store-storage = 无法读写记录
store-storage-remedy = 请重试；若仍失败，请联系本机管理人员。
store-crypto = 密钥无法使用
store-crypto-remedy = 请重新启动 Wardlight，并连同原因一起报告。
cause = 原因
copy = 复制
copy-hint = 复制标题、处理办法和原因
try-again = 重试
dismiss = 关闭

# 页面四周。
back-to-reading = 返回阅片
offline = 离线 · 无遥测
decode-worker = 解码进程：{ $verdict }
sandbox-full = 完全隔离
sandbox-partial = 部分隔离
sandbox-none = 仅独立进程，无隔离
models-loading = 正在载入模型…
models-ready = { $n } 个模型就绪
threads = { $n } 个线程
work-evaluating = 正在评估
work-training = 正在训练

# 日志中的字段。
log-field = { $name }：{ $value }
field-added = 添加的模型
field-after = 之后
field-allowed = 允许的程序
field-by-ms = 倒退毫秒数
field-chosen = 选择的模型
field-found = 发现
field-from = 原版本
field-generation = 密钥代次
field-has-more = 还有更多
field-has-reason = 附有理由
field-item = 文件
field-kind = 种类
field-label = 类别
field-model = 模型
field-n-bytes = 字节数
field-n-found = 找到的病例数
field-n-records = 记录数
field-n-rows = 行数
field-no-longer-allowed = 不再允许的程序
field-person = 人员
field-prevalence = 患病率
field-reads-data = 同时读取了密封文件
field-reason = 原因
field-refused = 模型曾拒绝
field-removed-site = 移除的站点
field-right = 权限
field-site = 站点
field-to = 新版本
field-verdict = 意见
field-version = 版本
field-weights-sha256 = 权重 SHA-256
field-what = 内容
field-withdrawn = 已撤回

# 字段中的代码。
code-none = 无
code-yes = 是
code-no = 否
code-evaluation-report = 评估报告
code-overlay-and-result = 叠加图和结果
code-restore = 从备份恢复
code-letter = 收件箱中有一封无法打开的信
code-audit-log = 审计日志不是最后写入的
code-key-file = 密钥文件不是最后写入的
code-store = 记录不是最后写入的
verdict-agree = 同意
verdict-disagree = 不同意
verdict-unsure = 不确定
verdict-withdrawn = 撤回意见
reason-idle = 无人使用窗口
reason-suspended = 计算机进入睡眠
reason-session = 桌面已锁定
reason-user = 屏幕已切换给其他用户
reason-asked = 主动锁定
right-open-case = 打开病例
right-search = 检索病例
right-score = 为病例评分
right-override-scope = 超出模型适用范围评分
right-read = 同意或不同意答案
right-annotate = 标注图像
right-export = 导出病例
right-deidentify = 去标识病例
right-break-glass = 紧急访问
right-manage-people = 管理人员
right-change-model = 更改模型
right-change-threshold = 更改阈值
right-backup = 备份或恢复
right-check = 检查记录库
right-rekey = 更新密钥
right-export-patient = 导出患者的全部记录
right-erase-patient = 删除患者
right-view-audit = 查看审计日志
right-export-audit = 导出审计日志
