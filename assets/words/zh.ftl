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

# 去标识副本页面。
deid-title = 去标识副本
deid-lead = 当前打开内容的副本，不含能指认患者的信息。原文件保持不变。
deid-nothing = 请先打开 DICOM 文件或病历：副本由当前打开的内容生成。
deid-options = 保留什么
deid-dates = 日期
deid-dates-shift = 平移，同一患者平移相同天数
deid-dates-remove = 删除
deid-dates-keep = 原样保留
deid-pixels = 在图像中查找文字
deid-characteristics = 保留性别、年龄、身高和体重
deid-descriptors = 保留描述，清理后
deid-reports = 保留报告和图形，清理后
deid-device = 保留设备信息
deid-institution = 保留机构信息
deid-private = 保留已知安全的私有属性
deid-uids = 保留 UID
deid-stopped = 查找已停止：尚不清楚图像中有什么。
deid-again = 重新查找
deid-stop = 停止
deid-searching = 正在检查文件头和图像…
deid-face = 由此图像可能重建出面部
deid-face-words = 本程序不会去除面部。只有有人为此负责时才能共享；理由会写入副本的报告。
deid-face-reason = 为何可以共享
deid-face-accept = 承担此风险
deid-face-accepted = 由此图像可能重建出面部；您已接受此风险。
deid-not-searched = 未在此图像中查找文字：请用几种窗宽窗位亲自查看每个角落。
deid-says-burned-in = 文件自称图像中含有烧录文字。
deid-regions = 超声：校准区域以外的部分已全部遮盖。
deid-hold = 此类图像常含文字：请查看每个角落。
deid-copy = 副本
deid-folder = 副本文件夹
deid-browse = 选择…
deid-looked = 我已查看整幅图像，其中没有能指认患者的内容
deid-looked-frames = 我已查看全部 { $n } 帧，其中没有能指认患者的内容
deid-read = 我已通读整份病历，其中没有能指认患者的内容
deid-too-long = 病历过长，无法在此通读。请使用“wardlight deidentify”，并阅读其暂存的副本。
deid-write = 写出副本
deid-look-first = 规则不会找到所有内容：请先查看，再勾选。
deid-written = 副本已写出
deid-same-records = 同一患者将再次得到相同的假名：密钥保存在记录中。
deid-same-sitting = 在关闭窗口之前，同一患者得到相同的假名。
deid-picture = 副本中的图像
deid-hint = 单击遮盖可取消 · 拖动可新增 · 滚轮、Ctrl 加滚轮、Shift 加拖动可移动图像
deid-frame = 第 { $n } 帧，共 { $all } 帧
deid-covers = 图像中的遮盖
deid-no-covers = 没有遮盖。
deid-by-rule = 按此类图像的规则遮盖了 { $n } 个区域。
deid-drawn = 手工绘制
deid-unread = 类似文字
deid-marker = 侧别标记，保留
deid-header = 文件头
deid-changes = { $n ->
    [0] 没有属性改变。
   *[other] { $n } 个属性改变。
}
deid-empty = （空）
deid-none = （无）
deid-gone = 删除
deid-found = 病历中的替换
deid-places = { $n ->
    [0] 没有规则找到需要替换的内容。
   *[other] 将替换 { $n } 处，除非您取消。
}
deid-note-hint = 单击标出之处可保留，单击其他词可替换。
kind-name = 姓名
kind-date = 日期
kind-age = 89 岁以上年龄
kind-phone = 电话
kind-number = 号码
kind-email = 电子邮件
kind-url = 网址
kind-address = 地址
kind-institution = 机构
why-known = 记录中已有
why-marked = 手工标记
why-form = 按形式
why-label = 位于标签之后
why-title = 按称谓
why-degree = 按学位
why-signature = 按签名
why-relation = 按亲属关系
why-list = 在姓名列表中
why-unknown-word = 未知词
why-repeated = 与前文相同
