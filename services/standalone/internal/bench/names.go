package bench

import "strings"

// spelling is a given name as it is written here: in Chinese characters in the ways
// that offices used over the years, in Latin letters, and in Arabic ones.
type spelling struct{ chinese, latin, arabic []string }

// spellings reads names, the commoner first. A man's name stands as the father's too.
func spellings(table string) (all []spelling) {
	for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
		f := strings.Split(line, "|")
		all = append(all, spelling{strings.Fields(f[0]), strings.Fields(f[1]), strings.Fields(f[2])})
	}
	return all
}

var men = spellings(`
买买提 买买题 麦麦提|Memet Muhammat|مەمەت مۇھەممەت
努尔兰 努尔蓝|Nurlan|نۇرلان
阿不都拉 阿卜杜拉 阿布都拉|Abdulla Abdullah|ئابدۇللا
叶尔肯 也尔肯|Yerken Erkin|ەركەن
吐尔逊 图尔荪|Tursun|تۇرسۇن
依不拉音 伊卜拉伊木 依布拉音|Ibrahim Ibraim|ئىبراھىم
卡里木 克里木|Kerim Karim|كېرىم
巴合提 巴哈提|Bakhyt Bahit|باقىت
玉素甫 玉苏普|Yusup Yusuf|يۈسۈپ
艾山 艾散|Hesen Hasan|ھەسەن
艾合买提 艾海提|Ehmet Ahmat|ئەخمەت
库尔班 库尔板|Kurban Qurban|قۇربان
阿不都热合曼 阿卜杜热合曼|Abdurahman Abdurakhman|ئابدۇراھمان
阿尔曼 阿勒曼|Arman|ارمان
木合塔尔 穆合塔尔|Muhtar Mukhtar|مۇختار
肉孜 肉兹|Rozi Ruzi|روزى
司马义 斯马依|Ismayil Ismail|ئىسمايىل
热合木 热依木|Rehim Rahim|رېھىم
赛力克 沙力克|Serik|سەرىك
达吾提 达伍提|Dawut Davut|داۋۇت
阿迪力 阿地力|Adil|ئادىل
哈里 哈力|Khalil Halil|خەلىل
托合提 托乎提|Tohti Tokhti|توختى
加尔肯 加肯|Zharken Jarken|جاركەن
木拉提 穆拉提|Murat|مۇرات
艾力 艾里|Eli Ali|ئەلى
巴格达提 巴合达提|Bagdat|باغدات
沙塔尔 萨塔尔|Sattar Satar|ساتتار
玉山 玉赛音|Hüsen Husan|ھۈسەن
江尔斯 江尔思|Zhangyrs|جاڭىرس
`)

var women = spellings(`
古丽娜尔 古丽纳尔|Gulnar Gülnar|گۈلنار
阿依古丽 阿依古力|Aygul Aigul|ئايگۈل
帕提古丽 帕提姑丽|Patigul Fatigul|پاتىگۈل
热依汗 热依罕|Reyhan Rayhan|رەيھان
阿依努尔 阿依奴尔|Aynur Ainur|ئاينۇر
帕提曼 法蒂玛|Patime Fatima|پاتىمە
古丽巴哈尔 古丽巴合尔|Gulbahar Gülbahar|گۈلباھار
祖拉古丽 祖热古丽|Zuragul Zoregul|زورەگۈل
玛依拉 马依拉|Mayra Maira|مايرا
阿米娜 阿米乃|Amina Emine|ئامىنە
沙吉旦 萨吉丹|Sajida Sejide|ساجىدە
茹仙古丽 肉仙古丽|Rushengul Roxengul|روشەنگۈل
哈丽旦 哈里丹|Halida Xalide|خالىدە
努尔古丽 奴尔古丽|Nurgul|نۇرگۈل
塔吉古丽 塔吉姑丽|Tajigul|تاجىگۈل
美合日古丽 米合日古丽|Mihrigul Mehrigul|مېھرىگۈل
阿依娜尔 阿依纳尔|Aynar Ainar|اينار
加娜尔 贾娜尔|Zhanar Janar|جانار
巴哈尔古丽 巴合尔古丽|Bahargul|باھارگۈل
库兰 库拉尼|Kulan Qulan|قۇلان
`)

// What Chinese names are made of, the commoner first.
var (
	families = strings.Split("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕", "")
	given    = strings.Split("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂兰英华玉萍红玲芬燕彬凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉小晓国建文志海新永林春东龙虎", "")
	// Characters that are read alike, as who types takes one for another.
	readAlike = map[string]string{
		"晓": "小", "小": "晓", "伟": "炜", "丽": "莉", "莉": "丽", "静": "靖", "英": "瑛", "明": "铭", "杰": "洁", "洁": "杰", "军": "君", "华": "桦", "红": "虹", "玲": "铃",
		"佳": "嘉", "嘉": "佳", "志": "智", "文": "雯", "芬": "芳", "敏": "闽", "兰": "澜", "琳": "林", "林": "琳", "平": "萍", "萍": "平", "建": "健", "国": "帼", "永": "勇", "勇": "永", "瑞": "睿",
		"玉": "钰", "凤": "奉", "梅": "枚", "云": "芸", "春": "椿", "海": "海", "东": "冬", "强": "强", "娟": "涓", "秀": "绣", "燕": "艳", "艳": "燕",
	}
)
